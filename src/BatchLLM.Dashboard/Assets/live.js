// Keeps a page as the server shows it. The server sends HTML of the parts that changed and the order of lists; a page is whole
// without this file, only still.

const address = document.body.dataset.live;
const pulse = document.getElementById("pulse");
const patience = 5000; // A stream ends now and then and comes back by itself: no need to say so.
let stream = null;
let late = 0;

function say(kind, text) {
  if (pulse.dataset.kind !== kind) {
    pulse.hidden = false;
    pulse.dataset.kind = kind;
    pulse.textContent = text;
  }
}

function elementOf(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.firstElementChild;
}

// Who had the keyboard keeps it, on the element of the same id or on the part itself; what was unfolded stays so.
function replace(old, fresh) {
  if (old.isEqualNode(fresh)) {
    return;
  }
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const unfolded = [...old.querySelectorAll("details")].map(details => details.open);
  [...fresh.querySelectorAll("details")].forEach((details, index) => { details.open = unfolded[index] ?? false; });
  const path = focused ? pathOf(old, focused) : null;
  old.replaceWith(fresh);
  if (focused) {
    const next = (focused.id && document.getElementById(focused.id)) || follow(fresh, path);
    (next ?? document.getElementById("main")).focus({ preventScroll: true });
  }
}

function pathOf(root, element) {
  const path = [];
  for (let at = element; at !== root; at = at.parentElement) {
    path.unshift([...at.parentElement.children].indexOf(at));
  }
  return path;
}

function follow(root, path) {
  const found = path.reduce((at, index) => at?.children[index], root);
  return found?.matches("a, button, summary, input, [tabindex]") ? found : root.querySelector("a, button, summary");
}

function arrange(list, ids, parts) {
  let at = list.firstElementChild;
  for (const id of ids) {
    const element = document.getElementById(id) ?? elementOf(parts[id]);
    if (element === at) {
      at = at.nextElementSibling;
    } else {
      list.insertBefore(element, at);
    }
  }
  while (at) {
    const next = at.nextElementSibling;
    at.remove();
    at = next;
  }
}

function apply(update) {
  for (const [id, html] of Object.entries(update.parts)) {
    const old = document.getElementById(id);
    if (old) {
      replace(old, elementOf(html));
    }
  }
  for (const [id, ids] of Object.entries(update.lists)) {
    arrange(document.getElementById(id), ids, update.parts);
  }
  const title = document.querySelector("[data-title]")?.dataset.title;
  if (title) {
    document.title = title;
  }
}

function open() {
  stream = new EventSource(address);
  stream.addEventListener("update", event => {
    const update = JSON.parse(event.data);
    clearTimeout(late);
    late = 0;
    say("live", "live");
    apply(update);
    if (update.over) {
      close();
      say("over", "final");
    }
  });
  stream.addEventListener("error", () => {
    late ||= setTimeout(() => say("lost", "no connection"), patience);
    if (stream.readyState === EventSource.CLOSED) {
      again();
    }
  });
}

// A refusal ends the stream for good, and does not say why. Who is signed out is shown where to sign in.
async function again() {
  stream = null;
  const asking = new AbortController();
  const status = await fetch(address, { signal: asking.signal }).then(answer => answer.status, () => 0);
  asking.abort();
  if (status === 401) {
    location.reload();
  } else {
    setTimeout(() => {
      if (!stream && !document.hidden) {
        open();
      }
    }, patience);
  }
}

function close() {
  clearTimeout(late);
  late = 0;
  stream?.close();
  stream = null;
}

// A browser keeps few connections to one server: a page that nobody sees needs none.
document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    close();
  } else if (!stream && pulse.dataset.kind !== "over") {
    open();
  }
});

document.addEventListener("keydown", event => {
  const search = document.querySelector("input[type=search]");
  if (event.key === "/" && search && !event.target.closest("input, select, textarea")) {
    event.preventDefault();
    search.focus();
  }
});

if (!document.hidden) {
  open();
}
