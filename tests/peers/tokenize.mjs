// Tokenizes as another implementation does. Arguments: peer, and the path of its tokenizer.json if it takes one.
// JSON strings in; {"ids": [...], "text": decoded} out, without anything that a post-processor would add.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { allJsonLines } from "./json_lines.mjs";

const [peer, file] = process.argv.slice(2);

const each = (answer) => (values) => values.map(answer);

async function open() {
  switch (peer) {
    case "native": {
      const tokenizer = createRequire(import.meta.url)("tokenizers").Tokenizer.fromFile(file);
      return {
        encode: async (texts) => (await tokenizer.encodeBatch(texts, { addSpecialTokens: false })).map((one) => one.getIds()),
        decode: (ids) => tokenizer.decodeBatch(ids, true),
      };
    }
    case "huggingface-js": {
      const { Tokenizer } = await import("@huggingface/tokenizers");
      const tokenizer = new Tokenizer({ ...JSON.parse(readFileSync(file, "utf8")), truncation: null, padding: null }, {});
      return {
        encode: each((text) => tokenizer.encode(text, { add_special_tokens: false }).ids),
        decode: each((ids) => (ids.length === 0 ? "" : tokenizer.decode(ids, { skip_special_tokens: true }))),
      };
    }
    case "llama3-js": {
      const { default: tokenizer } = await import("llama3-tokenizer-js");
      return { encode: each((text) => tokenizer.encode(text, { bos: false, eos: false })), decode: each(() => null) };
    }
    case "llama2-js": {
      const { default: tokenizer } = await import("llama-tokenizer-js");
      return { encode: each((text) => tokenizer.encode(text, false, true)), decode: each(() => null) };
    }
    case "mistral-js": {
      const { default: tokenizer } = await import("mistral-tokenizer-js");
      return { encode: each((text) => tokenizer.encode(text, false, true)), decode: each(() => null) };
    }
    default:
      throw new Error(`unknown peer ${peer}`);
  }
}

// All at once: for the native library, a call a text costs more than the text.
const { encode, decode } = await open();
await allJsonLines(async (texts) => {
  const ids = await encode(texts);
  const decoded = await decode(ids);
  return ids.map((one, i) => ({ ids: one, text: decoded[i] }));
});
