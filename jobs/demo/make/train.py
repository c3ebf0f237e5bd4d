#!/usr/bin/env python3
"""Trains the demo model on freshly generated tickets and writes the checkpoint.

No ticket is seen twice. Matrices are trained with Muon (momentum whose update is made orthogonal),
the embedding and the norms with Adam. Only the answer and its end token count in the loss. Every
few minutes the model, rounded to BF16, answers unseen held-out tickets; the best one so far is exported.
"""
import argparse
import json
import random
import sys
import time
from pathlib import Path

import torch
import torch.nn.functional as F

import bpe
import model as llama
from generate_tickets import DEFAULT_SEED, HERE, TicketWriter

POOL_BATCHES = 16  # batches drawn together and sorted by length, so that little is padding


class Batches:
    """Endless training batches: (tokens, pads, targets of the right edge)."""

    def __init__(self, tokenizer, seed, size):
        self.tokenizer, self.size = tokenizer, size
        self.writer = TicketWriter(f"{seed}/train", held_out=False)
        self.order = random.Random(seed)
        self.number, self.pool = 0, []

    def _encode(self):
        ticket = self.writer.ticket(self.number)
        self.number += 1
        t = self.tokenizer
        answer = t.encode(ticket["expected"])
        prompt = t.encode(ticket["body"]) + t.prompt_end()
        return prompt + answer, answer + [t.special[bpe.TURN_END]]

    def _refill(self):
        rows = sorted((self._encode() for _ in range(POOL_BATCHES * self.size)), key=lambda r: len(r[0]))
        for i in self.order.sample(range(POOL_BATCHES), POOL_BATCHES):
            self.pool.append(rows[i * self.size:(i + 1) * self.size])

    def next(self):
        if not self.pool:
            self._refill()
        return self._pack(self.pool.pop())

    @staticmethod
    def _pack(rows):
        tokens, pads = llama.pad_left([r[0] for r in rows])
        targets, _ = llama.pad_left([r[1] for r in rows], fill=llama.IGNORED)
        return tokens, pads, targets


def orthogonalize(g, steps=5):
    """Newton-Schulz iteration towards the nearest orthogonal matrix (the core of Muon)."""
    tall = g.shape[0] > g.shape[1]
    x = g.t() if tall else g
    x = x / (x.norm() + 1e-7)
    for _ in range(steps):
        a = x @ x.t()
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * (a @ a)) @ x
    return x.t() if tall else x


class Muon:
    def __init__(self, parameters, momentum=0.95, decay=0.01):
        self.parameters, self.momentum, self.decay = parameters, momentum, decay
        self.buffers = [torch.zeros_like(p) for p in parameters]

    @torch.no_grad()
    def step(self, rate):
        for p, buffer in zip(self.parameters, self.buffers):
            buffer.lerp_(p.grad, 1 - self.momentum)
            update = orthogonalize(p.grad.lerp(buffer, self.momentum))
            p.mul_(1 - rate * self.decay)
            p.add_(update, alpha=-rate * max(1, p.shape[0] / p.shape[1]) ** 0.5)
            p.grad = None


class Schedule:
    """Learning-rate factor of a step: short warm-up, flat, then linear towards zero."""

    def __init__(self, steps, warmup=40, decay_from=0.45):
        self.steps, self.warmup, self.decay_from = steps, warmup, decay_from

    def factor(self, step):
        left = (1 - step / self.steps) / (1 - self.decay_from)
        return min(1.0, (step + 1) / self.warmup) * min(1.0, max(left, 0.01))


class Trainer:
    def __init__(self, args):
        self.args = args
        torch.manual_seed(args.seed)
        self.tokenizer = bpe.Tokenizer(args.out / "tokenizer.json")
        self.config = llama.Config(self.tokenizer.size, hidden=args.hidden, layers=args.layers, heads=args.heads,
                                   kv_heads=args.kv_heads, head_dim=args.head_dim, ffn=args.ffn)
        self.model = llama.Llama(self.config)
        matrices = [p for n, p in self.model.named_parameters() if p.dim() == 2 and "embed" not in n]
        others = [p for n, p in self.model.named_parameters() if p.dim() != 2 or "embed" in n]
        self.muon = Muon(matrices)
        self.adam = torch.optim.Adam(others, betas=(0.9, 0.98))
        self.batches = Batches(self.tokenizer, args.seed, args.batch)
        system_prompt = (HERE / "system_prompt.txt").read_text(encoding="utf-8")
        self.shared = torch.tensor(self.tokenizer.prompt_start(system_prompt))
        self.step_number = self.tokens = 0
        self.elapsed, self.best = 0.0, -1.0
        self.schedule = Schedule(args.steps)

    def parameters(self):
        return sum(p.numel() for p in self.model.parameters())

    def train_step(self):
        tokens, pads, targets = self.batches.next()
        rows = self.model.run(self.shared, tokens, pads, edge=targets.shape[1]).flatten(0, 1)
        loss = F.cross_entropy(self.model.logits(rows), targets.flatten(), ignore_index=llama.IGNORED)
        loss.backward()
        factor = self.schedule.factor(self.step_number)
        self.muon.step(self.args.rate * factor)
        for group in self.adam.param_groups:
            group["lr"] = self.args.adam_rate * factor
        self.adam.step()
        self.adam.zero_grad(set_to_none=True)
        self.step_number += 1
        self.tokens += int((tokens.shape[1] - pads).sum()) + len(tokens) * len(self.shared)
        return loss.item()

    def rounded(self):
        """A copy with BF16 weights, which is what the checkpoint will hold."""
        copy = llama.Llama(self.config).eval()
        copy.load_state_dict({n: t.bfloat16().float() for n, t in self.model.state_dict().items()})
        return copy

    def exact_match(self, count):
        writer = TicketWriter(f"{self.args.seed}/dev", held_out=True)
        tickets = [writer.ticket(i) for i in range(count)]
        answers = answer_tickets(self.rounded(), self.tokenizer, self.shared, tickets)
        return sum(a == t["expected"] for a, t in zip(answers, tickets)) / count

    def export(self):
        special = self.tokenizer.special
        stops = [special[bpe.TURN_END], special[bpe.END]]
        out = self.args.out
        llama.write_safetensors(out / "model.safetensors.new", self.model.state_dict())
        (out / "model.safetensors.new").replace(out / "model.safetensors")
        write_json(out / "config.json", self.config.to_json(special[bpe.BEGIN], stops))
        write_json(out / "generation_config.json", {
            "bos_token_id": special[bpe.BEGIN], "do_sample": False, "eos_token_id": stops})

    def save(self, path):
        torch.save({"model": self.model.state_dict(), "adam": self.adam.state_dict(), "muon": self.muon.buffers,
                    "batches": self.batches, "step": self.step_number, "tokens": self.tokens,
                    "elapsed": self.elapsed, "best": self.best}, f"{path}.new")
        Path(f"{path}.new").replace(path)

    def resume(self, path):
        state = torch.load(path)
        self.model.load_state_dict(state["model"])
        self.adam.load_state_dict(state["adam"])
        self.muon.buffers, self.batches = state["muon"], state["batches"]
        self.step_number, self.tokens = state["step"], state["tokens"]
        self.elapsed, self.best = state["elapsed"], state["best"]

    def evaluate_and_keep(self, last=False):
        score = self.exact_match(self.args.dev * (4 if last else 1))
        # The fully cooled weights win unless they are plainly worse than an earlier export.
        if score >= self.best - (0.01 if last else 0):
            self.best = score
            self.export()
        if self.args.checkpoint:
            self.save(self.args.checkpoint)
        report(step=self.step_number, tickets=self.step_number * self.args.batch, tokens=self.tokens,
               minutes=round(self.elapsed / 60, 1), exact_match=score, best=self.best)

    def run(self):
        report(parameters=self.parameters(), vocabulary=self.tokenizer.size)
        losses = []
        while self.step_number < self.args.steps:
            began = time.time()
            losses.append(self.train_step())
            self.elapsed += time.time() - began
            if self.step_number % self.args.log == 0:
                report(step=self.step_number, minutes=round(self.elapsed / 60, 2),
                       loss=round(sum(losses) / len(losses), 4))
                losses = []
            if self.step_number % self.args.every == 0 and self.step_number < self.args.steps:
                self.evaluate_and_keep()
        self.evaluate_and_keep(last=True)


def answer_tickets(model, tokenizer, shared, tickets, batch=100):
    """Greedy summaries of the tickets, in order."""
    stop_ids = {tokenizer.special[bpe.TURN_END], tokenizer.special[bpe.END]}
    prompts = [tokenizer.encode(t["body"].strip()) + tokenizer.prompt_end() for t in tickets]
    order = sorted(range(len(prompts)), key=lambda i: len(prompts[i]))
    answers = [""] * len(prompts)
    for start in range(0, len(order), batch):
        part = order[start:start + batch]
        for i, ids in zip(part, llama.greedy(model, shared, [prompts[i] for i in part], stop_ids)):
            answers[i] = tokenizer.decode(ids)
    return answers


def report(**values):
    print(json.dumps(values), flush=True)


def write_json(path, value):
    path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED)
    parser.add_argument("--out", type=Path, default=HERE.parent / "model", help="folder with tokenizer.json")
    parser.add_argument("--steps", type=int, default=2400)
    parser.add_argument("--batch", type=int, default=32, help="tickets per step")
    parser.add_argument("--rate", type=float, default=0.012, help="peak learning rate of Muon")
    parser.add_argument("--adam-rate", type=float, default=0.004)
    parser.add_argument("--hidden", type=int, default=256)
    parser.add_argument("--layers", type=int, default=3)
    parser.add_argument("--heads", type=int, default=8)
    parser.add_argument("--kv-heads", type=int, default=4)
    parser.add_argument("--head-dim", type=int, default=32)
    parser.add_argument("--ffn", type=int, default=512)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--every", type=int, default=200, help="steps between evaluations")
    parser.add_argument("--dev", type=int, default=200, help="held-out tickets per evaluation")
    parser.add_argument("--log", type=int, default=50, help="steps between progress lines")
    parser.add_argument("--checkpoint", type=Path, help="file to save the state in, and to resume from")
    return parser.parse_args()


def main():
    args = parse_arguments()
    torch.set_num_threads(args.threads)
    trainer = Trainer(args)
    if args.checkpoint and args.checkpoint.exists():
        trainer.resume(args.checkpoint)
    trainer.run()


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError) as error:
        sys.exit(f"train: {error}")
