"""What a checkpoint must compute: prompts, logits and greedy tokens that no last bit of a float32 sum decides.

Rounded activations make a model discontinuous: a value that a float32 sum puts just on the other side of a tie becomes
another code. Prompts are therefore drawn until no rounding in the prompt comes nearer to a tie than TIE, which is above what
the order of float32 sums moves a value, and until the two best logits are farther apart at every step than one such code
can move them.
"""
import math

import numpy as np

from reference_model import F32, Pass

GREEDY = 12
TOLERANCE = 2e-5  # of the largest logit: what the tests allow
GAP = 0.02  # of the largest logit: least distance of the two best, 1000 times the tolerance
TIE = 2e-6  # least distance of any rounding from a tie, in units of the row's root mean square


def run(model, numerics, kv, prompt, dtype=np.float64, forced=None):
    """Logits after the prompt, greedy tokens, least margin between the two best logits as a share of the largest, least
    distance from a tie. None as soon as a margin is too small. forced: tokens to feed instead of the greedy ones."""
    state, first, greedy, gap = Pass(model, numerics, kv, dtype), None, [], math.inf
    for token in prompt[:-1]:
        state.feed([token])
        if forced is None and state.margin < TIE:
            return None
    token = prompt[-1]
    for i in range(GREEDY):
        logits = state.feed([token])
        if first is None:
            first, margin = logits, state.margin
        second, best = np.sort(logits)[-2:]
        gap = min(gap, (best - second) / np.abs(logits).max())
        if forced is None and (margin < TIE or gap < GAP):
            return None
        greedy.append(int(np.argmax(logits)))
        token = greedy[-1] if forced is None else forced[i]
    return first, greedy, gap, margin


def case(model, numerics, kv, length, rng):
    for tries in range(20000):
        prompt = [int(t) for t in rng.integers(0, model.config["vocab"], length)]
        found = run(model, numerics, kv, prompt)
        if found:
            break
    first, greedy, gap, margin = found
    in_float32 = run(model, numerics, kv, prompt, F32, greedy)
    error = float(np.abs(in_float32[0] - first).max() / np.abs(first).max())
    print(f"  {numerics} kv {kv}: {length} tokens, try {tries}, gap {gap:.3f}, tie {margin:.1e}, float32 error {error:.1e}, "
          f"largest logit {np.abs(first).max():.1f}", flush=True)
    assert error < TOLERANCE / 5 and in_float32[1] == greedy
    return {"numerics": numerics, "kv": kv, "prompt": prompt, "greedy": greedy,
            "logits": [float(f"{float(F32(x)):.9g}") for x in first]}


def weight_rows(model, modules):
    """Two rows of every second linear layer, and the row with tiny blocks."""
    rows = []
    for i, layer in enumerate(model.layers):
        for j, (name, module) in enumerate(modules.items()):
            if name == "o" or (i + j) % 2 == 0:
                w = layer[name].weights
                for row in (3, 4) if name == "o" else (0, len(w) - 1):
                    rows.append({"module": f"model.layers.{i}.{module}", "row": row,
                                 "bits": w[row].astype(">f4").tobytes().hex()})
    return rows
