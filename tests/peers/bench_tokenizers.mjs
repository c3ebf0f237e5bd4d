// Measures other tokenizers. Arguments: tokenizer.json of Llama 3, text file. Prints one JSON object a line:
// {"name", "encode", "decode"} in MB of UTF-8 a second, one thread, the best of several rounds over documents of 4,096 characters.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Tokenizer as JavaScript } from "@huggingface/tokenizers";
import { Tiktoken } from "tiktoken/lite";

const [file, textFile] = process.argv.slice(2);
const json = JSON.parse(readFileSync(file, "utf8"));
const text = readFileSync(textFile, "utf8");
const documents = Array.from({ length: Math.floor(text.length / 4096) }, (_, i) => text.slice(i * 4096, (i + 1) * 4096));
const bytes = documents.reduce((sum, document) => sum + Buffer.byteLength(document), 0);

// The alphabet in which byte-level vocabularies spell bytes.
function byteAlphabet() {
  const isPrintable = (b) => (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174;
  const bytesOf = new Map();
  let next = 256;
  for (let b = 0; b < 256; b++) bytesOf.set(String.fromCharCode(isPrintable(b) ? b : next++), b);
  return bytesOf;
}

function tiktoken() {
  const alphabet = byteAlphabet();
  const tokens = Object.entries(json.model.vocab).sort(([, first], [, second]) => first - second)
    .map(([token]) => Buffer.from([...token].map((unit) => alphabet.get(unit))).toString("base64"));
  return new Tiktoken(`! 0 ${tokens.join(" ")}`, {}, json.pre_tokenizer.pretokenizers[0].pattern.Regex);
}

async function best(work) {
  let seconds = Infinity;
  for (let round = 0; round < 4; round++) {
    const start = process.hrtime.bigint();
    for (const document of documents) await work(document);
    seconds = Math.min(seconds, Number(process.hrtime.bigint() - start) / 1e9);
  }
  return bytes / 1e6 / seconds;
}

async function measure(name, encode, decode) {
  const ids = new Map();
  for (const document of documents) ids.set(document, await encode(document));
  const line = { name, encode: await best(encode), decode: await best((document) => decode(ids.get(document))) };
  console.log(JSON.stringify(line));
}

const native = createRequire(import.meta.url)("tokenizers").Tokenizer.fromFile(file);
const javaScript = new JavaScript({ ...json, truncation: null, padding: null }, {});
const rust = tiktoken();

await measure("tiktoken (npm, WebAssembly)", (document) => rust.encode_ordinary(document), (ids) => rust.decode(ids));
await measure(
  "tokenizers (native)", async (document) => (await native.encode(document, null, { addSpecialTokens: false })).getIds(),
  (ids) => native.decode(ids, true));
await measure(
  "@huggingface/tokenizers", (document) => javaScript.encode(document, { add_special_tokens: false }).ids,
  (ids) => javaScript.decode(ids, { skip_special_tokens: true }));
