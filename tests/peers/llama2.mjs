// Writes a tokenizer.json of Llama 2's vocabulary, which llama-tokenizer-js holds, in the shape in which it is published.
// Argument: the file to write.

import { writeFileSync } from "node:fs";
import llama2 from "llama-tokenizer-js";

const vocab = Object.fromEntries(llama2.vocabById.map((token, id) => [token, id]));
const merges = [...llama2.merges.entries()].sort(([, first], [, second]) => first - second).map(([pair]) => pair);
const added = ["<unk>", "<s>", "</s>"].map((content, id) =>
  ({ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true }));

writeFileSync(process.argv[2], JSON.stringify({
  version: "1.0",
  truncation: null,
  padding: null,
  added_tokens: added,
  normalizer: {
    type: "Sequence",
    normalizers: [{ type: "Prepend", prepend: "▁" }, { type: "Replace", pattern: { String: " " }, content: "▁" }],
  },
  pre_tokenizer: null,
  post_processor: null,
  decoder: {
    type: "Sequence",
    decoders: [
      { type: "Replace", pattern: { String: "▁" }, content: " " }, { type: "ByteFallback" }, { type: "Fuse" },
      { type: "Strip", content: " ", start: 1, stop: 0 },
    ],
  },
  model: {
    type: "BPE", dropout: null, unk_token: "<unk>", continuing_subword_prefix: null, end_of_word_suffix: null,
    fuse_unk: true, byte_fallback: true, vocab, merges,
  },
}));
