#!/usr/bin/env python3
"""Answers the held-out tickets with PyTorch and writes them in the shape that evaluate.py reads.

This is the reference that the engine's own answers can be compared with: BF16 weights, f32
arithmetic, greedy choice.
"""
import argparse
import json
import sys
from pathlib import Path

import torch

import bpe
import model as llama
from generate_tickets import HERE, write_jsonl
from train import answer_tickets


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=HERE.parent / "model")
    parser.add_argument("--input", type=Path, default=HERE.parent / "heldout" / "tickets.jsonl")
    parser.add_argument("--out", type=Path, default=HERE / "build" / "heldout-answers.jsonl")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    tokenizer = bpe.Tokenizer(args.model / "tokenizer.json")
    system_prompt = (HERE / "system_prompt.txt").read_text(encoding="utf-8")
    shared = torch.tensor(tokenizer.prompt_start(system_prompt))
    tickets = [json.loads(line) for line in args.input.read_text(encoding="utf-8").splitlines()]
    answers = answer_tickets(llama.load(args.model), tokenizer, shared, tickets)
    rows = []
    for ticket, answer in zip(tickets, answers):
        prompt = len(shared) + len(tokenizer.encode(ticket["body"])) + len(tokenizer.prompt_end())
        rows.append({"ticket_id": ticket["ticket_id"], "expected": ticket["expected"], "completion": answer,
                     "prompt_tokens": prompt, "completion_tokens": len(tokenizer.encode(answer)) + 1})
    write_jsonl(args.out, rows)
    mean = {key: round(sum(r[key] for r in rows) / len(rows), 1) for key in ("prompt_tokens", "completion_tokens")}
    print(json.dumps({"mean": mean}))


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError) as error:
        sys.exit(f"answer_heldout: {error}")
