// Makes the golden files of the tokenizer tests. In a folder of its own:
//   npm install @huggingface/tokenizers@0.2.0 && cp <repository>/tests/data/tokens/{*.mjs,corpus.txt} . && node make_golden.mjs
// and copy the *.json back.

import { readFileSync, writeFileSync } from "node:fs";
import { Tokenizer } from "@huggingface/tokenizers";
import { hardStrings } from "./hard_strings.mjs";
import { alphabet, spell, train } from "./train_bpe.mjs";

const merges = train(readFileSync("corpus.txt", "utf8"), 600);

const llama3Expression =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+"
  + "|\\s+(?!\\S)|\\s+";

const added = (id, content, special) =>
  ({ id, content, single_word: false, lstrip: false, rstrip: false, normalized: !special, special });

// Words that no merge reaches: only ignore_merges finds them.
const unreachable = [" việc", "Zal", " STRASSE", "👍🏽", "qqq"].map(spell);

function vocabulary(extra) {
  const tokens = [...alphabet, ...merges.map((pair) => pair.join("")), ...extra];
  return Object.fromEntries([...new Set(tokens)].map((token, id) => [token, id]));
}

function llama3() {
  const vocab = vocabulary(unreachable);
  const first = Object.keys(vocab).length;
  const special = ["<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>", "🦙"];
  const ordinary = ["<tool_call>", "</tool_call>", "<tool>", "<pad>"];
  return {
    version: "1.0",
    truncation: { direction: "Right", max_length: 8, strategy: "LongestFirst", stride: 0 },
    padding: { strategy: { Fixed: 8 }, direction: "Right", pad_to_multiple_of: null, pad_id: 0, pad_type_id: 0, pad_token: "x" },
    added_tokens: [
      ...special.map((text, index) => added(first + index, text, true)),
      ...ordinary.map((text, index) => added(first + special.length + index, text, false)),
    ],
    normalizer: null,
    pre_tokenizer: {
      type: "Sequence",
      pretokenizers: [
        { type: "Split", pattern: { Regex: llama3Expression }, behavior: "Isolated", invert: false },
        { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false },
      ],
    },
    post_processor: null,
    decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: "BPE", dropout: null, unk_token: null, continuing_subword_prefix: null, end_of_word_suffix: null,
      fuse_unk: false, byte_fallback: false, ignore_merges: true, vocab, merges,
    },
  };
}

// GPT-2's file in the older shape: merges as "a b", no ignore_merges, a special token inside the vocabulary.
function gpt2() {
  const vocab = vocabulary(["<|endoftext|>"]);
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [added(vocab["<|endoftext|>"], "<|endoftext|>", true)],
    normalizer: null,
    pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true },
    post_processor: { type: "ByteLevel", add_prefix_space: true, trim_offsets: false },
    decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true },
    model: {
      type: "BPE", dropout: null, unk_token: null, continuing_subword_prefix: "", end_of_word_suffix: "", fuse_unk: false,
      vocab, merges: merges.map((pair) => pair.join(" ")),
    },
  };
}

const strings = hardStrings();
for (const [name, file] of [["llama3", llama3()], ["gpt2", gpt2()]]) {
  writeFileSync(`${name}.tokenizer.json`, `${JSON.stringify(file)}\n`);
  const tokenizer = new Tokenizer({ ...file, truncation: null, padding: null }, {});
  const lines = strings.map((text) =>
    JSON.stringify({ text, ids: tokenizer.encode(text, { add_special_tokens: false }).ids }));
  writeFileSync(`${name}.golden.json`, `[\n${lines.join(",\n")}\n]\n`);
}
console.log(`${strings.length} strings, ${merges.length} merges`);
