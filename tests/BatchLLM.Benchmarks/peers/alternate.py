#!/usr/bin/env python3
"""Runs peers and BatchLLM in turns on the same work, and prints tokens a second, ratios, and what else the machine did.

usage: alternate.py WORK_DIRECTORY BATCHLLM

Environment: PROMPT, OUTPUT, BATCH, ROUNDS, THREADS; PEERS, such as "llama:Q8_0 ik:BF16"; OURS, such as "bf16 int4:w4a8".
A peer's figure is what its llama-batched-bench prints. Ours is "total" (prompts first, then lockstep, as the peer's) and
"mixed" (the same work as a job runs it).
"""

import json
import os
import subprocess
import sys
import time

WORK, BATCHLLM = (os.path.abspath(path) for path in sys.argv[1:3])
CORES = os.cpu_count()


def setting(name, default):
    return os.environ.get(name, default)


PROMPT, OUTPUT, BATCH = (int(setting(n, d)) for n, d in (("PROMPT", "128"), ("OUTPUT", "16"), ("BATCH", "32")))
ROUNDS, THREADS = int(setting("ROUNDS", "1")), setting("THREADS", str(CORES))
PEERS = setting("PEERS", "llama:BF16 llama:Q8_0 llama:Q4_0 ik:BF16 ik:Q8_0 ik:Q4_0").split()
OURS = setting("OURS", "bf16 fp8 int8 int4").split()


def busy_seconds():
    """Processor time of all processes since the machine started."""
    with open("/proc/stat") as stat:
        user, nice, system, _, _, irq, softirq, steal = (int(x) for x in stat.readline().split()[1:9])
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def measure(command):
    """What the command wrote to its two outputs, and how much of the machine others used meanwhile, 0 to 1."""
    before, usage, start = busy_seconds(), os.times(), time.monotonic()
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=WORK)
    elapsed, now = time.monotonic() - start, os.times()
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: exit code {done.returncode}\n{done.stderr[-2000:]}")
    own = now.children_user + now.children_system - usage.children_user - usage.children_system
    return done.stdout, done.stderr, max(0.0, busy_seconds() - before - own) / (elapsed * CORES)


def run_peer(name, kind):
    positions = BATCH * (PROMPT + OUTPUT) + 64
    command = [
        f"{WORK}/{name}/bin/llama-batched-bench", "-m", f"{WORK}/1b-{kind}.gguf", "-t", THREADS, "-tb", THREADS, "-c", str(positions),
        "-npp", str(PROMPT), "-ntg", str(OUTPUT), "-npl", str(BATCH),
    ]
    # One writes its table to standard output and the other to standard error.
    output, error, others = measure(command + (["-rtr"] if name == "ik" else []))
    lines = (output + error).splitlines()
    rows = [[cell.strip() for cell in line.strip("| ").split("|")] for line in lines if line.startswith("|")]
    row = next(r for r in rows if r[0] == str(PROMPT))
    return {"prompt": float(row[5]), "output": float(row[7]), "total": float(row[9]), "others": others}


def run_ours(precision):
    kind, _, numerics = precision.partition(":")
    command = [
        BATCHLLM, "bench", "--shape", "llama-3.2-1b", "--precision", kind, "--prompt", str(PROMPT), "--output", str(OUTPUT),
        "--batch", str(BATCH), "--threads", THREADS, "--json",
    ] + (["--numerics", numerics] if numerics else [])
    output, _, others = measure(command)
    result = json.loads(output)["results"][0]
    return {
        "prompt": result["prompts"]["tokens_per_second"], "output": result["outputs"]["tokens_per_second"],
        "total": result["total_tokens_per_second"], "mixed": result["mixed"]["tokens_per_second"], "others": others,
        "processor": sum(result[phase]["processor_seconds"] for phase in ("prompts", "outputs")),
        "arithmetic": result["prompts"]["arithmetic_share"], "bandwidth": result["outputs"]["bandwidth_share"],
    }


def main():
    best = {}
    for round_ in range(ROUNDS):
        # Peers and ours alternate, so that a clock that drifts or a noisy neighbour meets both.
        runs = [(f"{n}.cpp {k}", run_peer, (n, k)) for n, k in (p.split(":") for p in PEERS)]
        ours = [(f"BatchLLM {p}", run_ours, (p,)) for p in OURS]
        order = [run for i in range(max(len(runs), len(ours))) for run in (runs[i:i + 1] + ours[i:i + 1])]
        for label, run, arguments in order:
            figures = run(*arguments)
            print(json.dumps({"round": round_ + 1, "run": label, **{k: round(v, 3) for k, v in figures.items()}}), flush=True)
            if label not in best or figures["total"] > best[label]["total"]:
                best[label] = figures
    bar = max((f["total"] for label, f in best.items() if not label.startswith("BatchLLM")), default=0)
    print(f"\n{PROMPT}/{OUTPUT} x {BATCH}, {THREADS} threads, best of {ROUNDS}; best total of a peer: {bar:.1f} tokens/s\n")
    print("| | prompt | output | total | mixed | total, of best peer | mixed, of best peer | others' load |\n|---|---|---|---|---|---|---|---|")
    for label, f in best.items():
        mixed = f.get("mixed")
        print(
            f"| {label} | {f['prompt']:.1f} | {f['output']:.1f} | {f['total']:.1f} | {'-' if mixed is None else f'{mixed:.1f}'} | "
            f"{f['total'] / bar if bar else 0:.2f} | {'-' if mixed is None or not bar else f'{mixed / bar:.2f}'} | {f['others']:.0%} |")


main()
