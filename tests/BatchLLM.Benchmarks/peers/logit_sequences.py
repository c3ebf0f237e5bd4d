#!/usr/bin/env python3
"""Prints what logit_error.cpp reads: for each row of a finished job, the prompt's token count, and all ids with the completion's.

usage: logit_sequences.py BATCHLLM JOB.json INPUT.jsonl OUTPUT.jsonl

The completions are taken as the job wrote them; rows that failed are left out.
"""

import json
import os
import re
import subprocess
import sys


def lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def pipe(command, texts):
    process = subprocess.run(
        command, input="".join(json.dumps(t) + "\n" for t in texts), stdout=subprocess.PIPE, text=True, check=True)
    return [json.loads(line) for line in process.stdout.splitlines()]


def main():
    batchllm, job_path, input_path, output_path = sys.argv[1:]
    with open(job_path, encoding="utf-8") as file:
        job = json.load(file)
    model = os.path.join(os.path.dirname(os.path.abspath(job_path)), job["model"])
    rows = {row[job["id_column"]]: row for row in lines(input_path)}
    done = [row for row in lines(output_path) if row["error"] is None]

    def filled(text, row):
        return re.sub(r"\{\{(\w+)\}\}", lambda match: str(row[match[1]]), text)

    conversations = [
        [{**m, "content": filled(m["content"], rows[d[job["id_column"]]])} for m in job["prompt"]["messages"]] for d in done]
    prompts = pipe([batchllm, "render", "--model", model], conversations)
    prompt_ids = pipe([batchllm, "tokenize", "--model", model], prompts)
    whole_ids = pipe([batchllm, "tokenize", "--model", model], [p + d["completion"] for p, d in zip(prompts, done)])
    for prompt, whole in zip(prompt_ids, whole_ids):
        if whole[:len(prompt)] == prompt:
            print(len(prompt), *whole)


main()
