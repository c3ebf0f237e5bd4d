#!/usr/bin/env python3
"""Scores the output of a run: exact match and ROUGE-L against the expected summaries.

Reads JSONL files whose rows hold `expected` (carried over from the input) and `completion`, and
prints one line of JSON. A row without a completion counts as wrong.
"""
import argparse
import json
import re
import sys
from collections import Counter
from pathlib import Path


def common_length(a, b):
    """Length of the longest common subsequence."""
    row = [0] * (len(b) + 1)
    for x in a:
        diagonal = 0
        for j, y in enumerate(b, 1):
            above = row[j]
            row[j] = diagonal + 1 if x == y else max(above, row[j - 1])
            diagonal = above
    return row[-1]


def words(text):
    return re.findall(r"[a-z0-9]+", text.lower())


def rouge_l(expected, completion):
    """F1 of the longest common subsequence of words, the usual ROUGE-L."""
    a, b = words(expected), words(completion)
    if not a or not b:
        return float(a == b)
    common = common_length(a, b)
    return 2 * common / (len(a) + len(b))


def read_rows(paths):
    for path in paths:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                try:
                    row = json.loads(line)
                except json.JSONDecodeError as error:
                    raise ValueError(f"{path}:{number}: {error}") from None
                if not isinstance(row.get("expected"), str):
                    raise ValueError(f"{path}:{number}: the row has no column expected")
                yield row


def show_misses(rows, limit):
    misses = [r for r in rows if (r.get("completion") or "") != r["expected"]]
    for row in misses[:limit]:
        print(f"{row.get('ticket_id')}\n  expected   {row['expected']}\n  completion {row.get('completion')}",
              file=sys.stderr)


def score(rows):
    exact = sum((r.get("completion") or "") == r["expected"] for r in rows)
    rouge = sum(rouge_l(r["expected"], r.get("completion") or "") for r in rows)
    reasons = Counter(str(r.get("finish_reason")) for r in rows)
    return {"rows": len(rows), "exact": exact, "exact_match": round(exact / len(rows), 4),
            "rouge_l": round(rouge / len(rows), 4), "finish_reasons": dict(sorted(reasons.items()))}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("output", type=Path, nargs="+", help="JSONL files written by a run")
    parser.add_argument("--misses", type=int, default=0, help="wrong rows to show on standard error")
    args = parser.parse_args()
    rows = list(read_rows(args.output))
    if not rows:
        raise ValueError("no rows to score")
    show_misses(rows, args.misses)
    print(json.dumps(score(rows)))


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError) as error:
        sys.exit(f"evaluate: {error}")
