// The official client of npm against a service: node openai_batch.mjs URL MODEL. A JSON object a line for what it saw.
import OpenAI, { toFile } from "openai";

const [url, model] = process.argv.slice(2);
const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: "none", maxRetries: 0, defaultHeaders: { authorization: null } });
const say = (what, value) => console.log(JSON.stringify({ what, ...value }));
const request = (id, body) => JSON.stringify({
  custom_id: id, method: "POST", url: "/v1/chat/completions",
  body: { model, messages: [{ role: "user", content: "Hi" }], max_tokens: 4, ...body },
});
const linesOf = async id => (await (await client.files.content(id)).text()).trim().split("\n").map(line => JSON.parse(line));
const refusal = async call => {
  try {
    await call();
    return "accepted";
  } catch (e) {
    return { status: e.status, type: e.type, param: e.param, code: e.code, message: e.message };
  }
};

const upload = lines => toFile(Buffer.from(lines.join("\n")), "requests é.jsonl").then(file =>
  client.files.create({ file, purpose: "batch", expires_after: { anchor: "created_at", seconds: 3600 } }));
const file = await upload([request("a"), request("b", { stream: true }), request("c", { n: 2 })]);
say("file", { file });

let batch = await client.batches.create({
  input_file_id: file.id, endpoint: "/v1/chat/completions", completion_window: "24h", metadata: { k: "v" },
  output_expires_after: { anchor: "created_at", seconds: 7200 },
});
say("created", { batch });
while (!["completed", "failed", "expired", "cancelled"].includes(batch.status)) {
  await new Promise(resolve => setTimeout(resolve, 50));
  batch = await client.batches.retrieve(batch.id);
}
say("ended", { batch, output: await linesOf(batch.output_file_id), errors: await linesOf(batch.error_file_id) });

const second = await client.batches.create({ input_file_id: file.id, endpoint: "/v1/completions", completion_window: "7d" });
const third = await client.batches.create({ input_file_id: file.id, endpoint: "/v1/chat/completions", completion_window: "7d" });
say("cancel", { batch: await client.batches.cancel(third.id) });
const batches = [];
for await (const each of client.batches.list({ limit: 1 })) batches.push(each.id);
say("batches", { ids: batches, expected: [third.id, second.id, batch.id] });

const files = [];
for await (const each of client.files.list({ limit: 1, order: "asc", purpose: "batch_output" })) files.push(each.id);
say("files", { ids: files, expected: [batch.output_file_id, batch.error_file_id] });
say("models", { ids: (await client.models.list()).data.map(each => each.id), one: await client.models.retrieve(model) });
say("deleted", { answer: await client.files.delete(batch.output_file_id), after: await refusal(() => client.files.content(batch.output_file_id)) });
say("refused", {
  file: await refusal(() => client.batches.create({ input_file_id: "file-x", endpoint: "/v1/completions", completion_window: "1h" })),
  endpoint: await refusal(() => client.batches.create({ input_file_id: file.id, endpoint: "/v1/embeddings", completion_window: "1h" })),
  cancel: await refusal(() => client.batches.cancel(batch.id)),
  purpose: await refusal(async () => client.files.create({ file: await toFile(Buffer.from("x"), "x"), purpose: "vision" })),
  route: await refusal(() => client.post("/nowhere", { body: {} })),
});
