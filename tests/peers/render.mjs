// Renders conversations with @huggingface/jinja. One JSON object a line in, {"template"} first and then any number of
// conversations {"messages", ...variables} for it; for every conversation a line out: the prompt as a JSON string, or null
// where the template refuses it. The time is always 5 March 2026, 07:08:09.
import { createInterface } from "node:readline";
import { Template } from "@huggingface/jinja";

// The engine's own strftime_now reads the clock.
const Clock = Date;
globalThis.Date = class extends Clock {
  constructor(...given) {
    super(...(given.length === 0 ? [2026, 2, 5, 7, 8, 9] : given));
  }
};

let template;

for await (const line of createInterface({ input: process.stdin })) {
  const value = JSON.parse(line);
  if ("template" in value) {
    template = new Template(value.template);
  } else {
    process.stdout.write(JSON.stringify(render(value)) + "\n");
  }
}

function render(variables) {
  try {
    return template.render(variables);
  } catch {
    return null;
  }
}
