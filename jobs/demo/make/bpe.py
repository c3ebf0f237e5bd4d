"""Byte-level BPE in the manner of Llama 3: the trainer's word splitter, the encoder and the chat template.

The splitter here knows ASCII only, which is all that the generated tickets contain; it says so when
it meets anything else. tokenizer.json itself carries the full Unicode expression.
"""
import json
import re
from pathlib import Path

# The expression of Llama 3, as written into tokenizer.json.
LLAMA3_SPLIT = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
                r"|\s*[\r\n]+|\s+(?!\S)|\s+")
_ASCII_SPACE = r" \t\n\r\f\v"
_ASCII_SPLIT = re.compile(
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\nA-Za-z0-9]?[A-Za-z]+|[0-9]{1,3}"
    rf"| ?[^{_ASCII_SPACE}A-Za-z0-9]+[\r\n]*|[{_ASCII_SPACE}]*[\r\n]+"
    rf"|[{_ASCII_SPACE}]+(?![^{_ASCII_SPACE}])|[{_ASCII_SPACE}]+")

BEGIN, END = "<|begin_of_text|>", "<|end_of_text|>"
HEADER_START, HEADER_END, TURN_END = "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"
SPECIAL_TOKENS = [BEGIN, END, HEADER_START, HEADER_END, TURN_END]


def byte_alphabet():
    """Byte value -> printable character, the mapping every byte-level BPE uses."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    mapping = {b: chr(b) for b in printable}
    for b in range(256):
        if b not in mapping:
            mapping[b] = chr(256 + len(mapping) - len(printable))
    return mapping


BYTE_TO_CHAR = byte_alphabet()
CHAR_TO_BYTE = {c: b for b, c in BYTE_TO_CHAR.items()}


def split_words(text):
    if not text.isascii():
        raise ValueError(f"only ASCII text can be split here: {text[:60]!r}")
    return _ASCII_SPLIT.findall(text)


def to_alphabet(word):
    return "".join(BYTE_TO_CHAR[b] for b in word.encode("utf-8"))


class Tokenizer:
    def __init__(self, path):
        model = json.loads(Path(path).read_text(encoding="utf-8"))
        self.vocab = model["model"]["vocab"]
        self.special = {t["content"]: t["id"] for t in model["added_tokens"]}
        self.ranks = {tuple(m): i for i, m in enumerate(model["model"]["merges"])}
        self.strings = {i: s for s, i in self.vocab.items()}
        self.size = len(self.vocab) + len(self.special)
        self._cache = {}

    def _encode_word(self, word):
        word = to_alphabet(word)
        if word in self.vocab:  # ignore_merges: a whole word wins over its merges
            return [self.vocab[word]]
        parts = list(word)
        while len(parts) > 1:
            rank, at = min((self.ranks.get(pair, 1 << 30), i) for i, pair in enumerate(zip(parts, parts[1:])))
            if rank == 1 << 30:
                break
            parts[at:at + 2] = [parts[at] + parts[at + 1]]
        return [self.vocab[p] for p in parts]

    def encode(self, text):
        ids = []
        for word in split_words(text):
            known = self._cache.get(word)
            if known is None:
                known = self._cache[word] = self._encode_word(word)
            ids += known
        return ids

    def decode(self, ids):
        chars = "".join(self.strings.get(i, "") for i in ids)
        return bytes(CHAR_TO_BYTE[c] for c in chars).decode("utf-8", errors="replace")

    def _header(self, role):
        return [self.special[HEADER_START], *self.encode(role), self.special[HEADER_END], *self.encode("\n\n")]

    def prompt_start(self, system_prompt):
        """The tokens that every row shares: up to where the user's text begins."""
        return [self.special[BEGIN], *self._header("system"), *self.encode(system_prompt.strip()),
                self.special[TURN_END], *self._header("user")]

    def prompt_end(self):
        """The tokens between the user's text and the answer."""
        return [self.special[TURN_END], *self._header("assistant")]
