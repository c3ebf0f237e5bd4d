#!/usr/bin/env python3
"""Trains the demo's byte-level BPE tokenizer and writes tokenizer.json and tokenizer_config.json."""
import argparse
import json
import sys
from collections import Counter, defaultdict
from pathlib import Path

import bpe
from generate_tickets import DEFAULT_SEED, HERE, TicketWriter

DEFAULT_VOCABULARY = 1536
MAX_LENGTH = 1024

# Ordinary text beside the tickets, so that prose, code and markup outside the ticket world still
# split into sensible pieces.
GENERAL_TEXT = """
The quick brown fox jumps over the lazy dog. It was the best of times, and it was not the worst of
times either; there is something in every story that we would like to know more about. What does the
program do when the input is empty? Write a short answer, then explain why it is the right one.
You are a helpful assistant. Answer the question in one word. Translate the following sentence into
French. Give me a list of three things that people should think about before they start.
if (x == 0) { return; } else { y = a[i] + b[i] * 2; } for (int i = 0; i < n; i++) sum += i;
{"name": "value", "items": [1, 2, 3], "ok": true, "none": null} <p class="note">text</p> $HOME/.config
# Title\n\n- first\n- second\n\n> quoted (see https://example.org/a?b=c&d=e_f) 100% ~ ^ ` @ | \\ !
"""
# Words of the chat layout; they must be single tokens.
LAYOUT_WORDS = ("system", "user", "assistant", "\n\n", "\n", " ")

CHAT_TEMPLATE = (
    "{% set loop_messages = messages %}{% for message in loop_messages %}"
    "{% set content = '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n'"
    " + message['content'] | trim + '<|eot_id|>' %}"
    "{% if loop.index0 == 0 %}{% set content = bos_token + content %}{% endif %}"
    "{{ content }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}")


def count_words(seed, tickets):
    words = Counter()
    system_prompt = (HERE / "system_prompt.txt").read_text(encoding="utf-8")
    writer = TicketWriter(f"{seed}/tokenizer", held_out=False)
    for number in range(tickets):
        ticket = writer.ticket(number)
        words.update(bpe.split_words(ticket["body"]))
        words.update(bpe.split_words(ticket["expected"]))
    for text, weight in ((system_prompt, tickets), (GENERAL_TEXT, max(1, tickets // 100))):
        for word in bpe.split_words(text):
            words[word] += weight
    for word in LAYOUT_WORDS:
        words[word] += tickets
    return words


def may_join(left, right):
    """Digits join to pairs at most: a hundred number tokens are all seen often, a thousand are not."""
    joined = left + right
    return not (joined.isdigit() and len(joined) > 2)


def train_merges(word_counts, wanted):
    """The usual greedy BPE: join the most frequent pair, update only the words that hold it."""
    words = [list(bpe.to_alphabet(w)) for w in sorted(word_counts)]
    counts = [word_counts[w] for w in sorted(word_counts)]
    pair_counts, pair_words = Counter(), defaultdict(set)
    for i, parts in enumerate(words):
        for pair in zip(parts, parts[1:]):
            pair_counts[pair] += counts[i]
            pair_words[pair].add(i)
    merges = []
    while len(merges) < wanted:
        allowed = (p for p, n in pair_counts.items() if n > 0 and may_join(*p))
        best = max(allowed, key=lambda p: (pair_counts[p], p), default=None)
        if best is None:
            break
        merges.append(best)
        for i in sorted(pair_words.pop(best)):
            _join_in_word(i, best, words, counts, pair_counts, pair_words)
        del pair_counts[best]
    return merges


def _join_in_word(i, pair, words, counts, pair_counts, pair_words):
    old, new, at = words[i], [], 0
    while at < len(old):
        if tuple(old[at:at + 2]) == pair:
            new.append(old[at] + old[at + 1])
            at += 2
        else:
            new.append(old[at])
            at += 1
    for p in zip(old, old[1:]):
        pair_counts[p] -= counts[i]
    for p in zip(new, new[1:]):
        pair_counts[p] += counts[i]
        pair_words[p].add(i)
    words[i] = new


def build_vocabulary(merges):
    vocab = {}
    for char in sorted(bpe.BYTE_TO_CHAR.values()):
        vocab[char] = len(vocab)
    for left, right in merges:
        vocab.setdefault(left + right, len(vocab))
    return vocab


def tokenizer_json(vocab, merges):
    added = [{"id": len(vocab) + i, "content": text, "single_word": False, "lstrip": False, "rstrip": False,
              "normalized": False, "special": True} for i, text in enumerate(bpe.SPECIAL_TOKENS)]
    begin = {"SpecialToken": {"id": bpe.BEGIN, "type_id": 0}}
    second_begin = {"SpecialToken": {"id": bpe.BEGIN, "type_id": 1}}
    first, second = ({"Sequence": {"id": name, "type_id": i}} for i, name in enumerate("AB"))
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False, "use_regex": False}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": added,
        "normalizer": None,
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
            {"type": "Split", "pattern": {"Regex": bpe.LLAMA3_SPLIT}, "behavior": "Isolated", "invert": False},
            byte_level]},
        "post_processor": {"type": "Sequence", "processors": [
            {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": False, "use_regex": True},
            {"type": "TemplateProcessing",
             "single": [begin, first],
             "pair": [begin, first, second_begin, second],
             "special_tokens": {bpe.BEGIN: {"id": bpe.BEGIN, "ids": [len(vocab)], "tokens": [bpe.BEGIN]}}}]},
        "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
        "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
                  "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False, "ignore_merges": True,
                  "vocab": vocab, "merges": [list(m) for m in merges]},
    }


def tokenizer_config(first_special):
    decoder = {str(first_special + i): {"content": text, "lstrip": False, "normalized": False, "rstrip": False,
                                        "single_word": False, "special": True}
               for i, text in enumerate(bpe.SPECIAL_TOKENS)}
    return {
        "added_tokens_decoder": decoder,
        "bos_token": bpe.BEGIN,
        "chat_template": CHAT_TEMPLATE,
        "clean_up_tokenization_spaces": False,
        "eos_token": bpe.TURN_END,
        "model_input_names": ["input_ids", "attention_mask"],
        "model_max_length": MAX_LENGTH,
        "tokenizer_class": "PreTrainedTokenizerFast",
    }


def write_json(path, value):
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def check_layout_words(vocab):
    missing = [w for w in LAYOUT_WORDS if bpe.to_alphabet(w) not in vocab]
    if missing:
        raise ValueError(f"the vocabulary is too small: no single token for {missing}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED)
    parser.add_argument("--out", type=Path, default=HERE.parent / "model", help="folder of the model")
    parser.add_argument("--vocabulary", type=int, default=DEFAULT_VOCABULARY, help="size with the special tokens")
    parser.add_argument("--tickets", type=int, default=20000, help="training tickets to count words in")
    args = parser.parse_args()
    base = 256 + len(bpe.SPECIAL_TOKENS)
    if args.vocabulary <= base:
        parser.error(f"--vocabulary must be above {base}")
    merges = train_merges(count_words(args.seed, args.tickets), args.vocabulary - base)
    vocab = build_vocabulary(merges)
    check_layout_words(vocab)
    args.out.mkdir(parents=True, exist_ok=True)
    write_json(args.out / "tokenizer.json", tokenizer_json(vocab, merges))
    write_json(args.out / "tokenizer_config.json", tokenizer_config(len(vocab)))
    print(json.dumps({"vocabulary": len(vocab) + len(bpe.SPECIAL_TOKENS), "merges": len(merges)}))


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError) as error:
        sys.exit(f"train_tokenizer: {error}")
