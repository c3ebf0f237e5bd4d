// Tokenizes as another implementation does. Arguments: peer, and the path of its tokenizer.json if it takes one.
// JSON strings in; {"ids": [...], "text": decoded} out, without anything that a post-processor would add.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { jsonLines } from "./json_lines.mjs";

const [peer, file] = process.argv.slice(2);

async function open() {
  switch (peer) {
    case "native": {
      const tokenizer = createRequire(import.meta.url)("tokenizers").Tokenizer.fromFile(file);
      return {
        encode: async (text) => (await tokenizer.encode(text, null, { addSpecialTokens: false })).getIds(),
        decode: (ids) => tokenizer.decode(ids, true),
      };
    }
    case "huggingface-js": {
      const { Tokenizer } = await import("@huggingface/tokenizers");
      const tokenizer = new Tokenizer({ ...JSON.parse(readFileSync(file, "utf8")), truncation: null, padding: null }, {});
      return {
        encode: (text) => tokenizer.encode(text, { add_special_tokens: false }).ids,
        decode: (ids) => tokenizer.decode(ids, { skip_special_tokens: true }),
      };
    }
    case "llama3-js": {
      const { default: tokenizer } = await import("llama3-tokenizer-js");
      return { encode: (text) => tokenizer.encode(text, { bos: false, eos: false }), decode: () => null };
    }
    case "llama2-js": {
      const { default: tokenizer } = await import("llama-tokenizer-js");
      return { encode: (text) => tokenizer.encode(text, false, true), decode: () => null };
    }
    case "mistral-js": {
      const { default: tokenizer } = await import("mistral-tokenizer-js");
      return { encode: (text) => tokenizer.encode(text, false, true), decode: () => null };
    }
    default:
      throw new Error(`unknown peer ${peer}`);
  }
}

const { encode, decode } = await open();
await jsonLines(async (text) => {
  const ids = await encode(text);
  return { ids, text: ids.length === 0 ? "" : await decode(ids) };
});
