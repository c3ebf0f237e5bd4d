// A plain byte-pair trainer: the most frequent pair first, the alphabetically first of equal ones.

const expression = /[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+/gu;

// The byte alphabet of byte-level vocabularies: printable bytes stand for themselves, the others for U+0100 and up.
const printable = (byte) => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
let next = 0x100;
export const alphabet = Array.from({ length: 256 }, (_, byte) =>
  String.fromCharCode(printable(byte) ? byte : next++));

export const spell = (text) => [...Buffer.from(text)].map((byte) => alphabet[byte]).join("");

export function train(corpus, mergeCount) {
  const words = corpus.match(expression).map((word) => [...spell(word)]);
  const merges = [];
  while (merges.length < mergeCount) {
    const best = mostFrequentPair(words);
    merges.push(best);
    words.forEach((word) => apply(word, best));
  }
  return merges;
}

function mostFrequentPair(words) {
  const counts = new Map();
  for (const word of words) {
    for (let i = 0; i + 1 < word.length; i++) {
      const pair = `${word[i]} ${word[i + 1]}`;
      counts.set(pair, (counts.get(pair) ?? 0) + 1);
    }
  }
  const [pair] = [...counts].reduce((a, b) => (b[1] > a[1] || (b[1] === a[1] && b[0] < a[0]) ? b : a));
  return pair.split(" ");
}

function apply(word, [left, right]) {
  for (let i = 0; i + 1 < word.length; i++) {
    if (word[i] === left && word[i + 1] === right) {
      word.splice(i, 2, left + right);
    }
  }
}
