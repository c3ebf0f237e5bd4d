#!/usr/bin/python3
"""Makes three small random Llama models and what they compute, by PyTorch in float32.

    /usr/bin/python3 tests/data/engine/make_golden.py

Needs python3-torch (1.13) and python3-numpy; no model library, so that nothing is shared with what the tests check.
Each model is a directory as publishers write it. golden.json holds, per model, prompts, the logits after each prompt's
last token, and 48 greedy tokens.
"""
import json
import math
import struct
from pathlib import Path

import numpy as np
import torch

HERE = Path(__file__).resolve().parent
GREEDY = 48

LLAMA3_4X = {"factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
             "original_max_position_embeddings": 32, "rope_type": "llama3"}

# name, heads, kv heads, head size, hidden, inner, layers, vocabulary, dtype, tied, files
MODELS = {
    # Grouped heads 2:1, tied, BF16, one file: the usual small model.
    "tied-bf16": dict(heads=4, kv_heads=2, head_dim=16, hidden=64, inner=176, layers=2, vocab=307, dtype="BF16", tied=True,
                      shards=1, theta=10000.0, context=256, scaling=None),
    # Grouped heads 4:1, head size apart from hidden / heads, stretched positions, two shards, F16, odd widths.
    "llama3-rope-f16": dict(heads=4, kv_heads=1, head_dim=20, hidden=52, inner=100, layers=3, vocab=293, dtype="F16",
                            tied=False, shards=2, theta=500000.0, context=256, scaling=LLAMA3_4X),
    # One key head per query head, F32, the configuration in its newer shape.
    "mha-f32": dict(heads=3, kv_heads=3, head_dim=8, hidden=24, inner=72, layers=2, vocab=300, dtype="F32", tied=False,
                    shards=1, theta=1000.0, context=192, scaling=None),
}
TORCH = {"BF16": torch.bfloat16, "F16": torch.float16, "F32": torch.float32}


def make_weights(m, seed):
    g = torch.Generator().manual_seed(seed)

    def rand(*shape):
        # Wide enough that attention is not flat and the logits are some units apart.
        return torch.randn(*shape, generator=g) * (1.6 / math.sqrt(shape[-1]))

    def norm():
        return 1 + 0.2 * torch.randn(m["hidden"], generator=g)

    q, kv = m["heads"] * m["head_dim"], m["kv_heads"] * m["head_dim"]
    w = {"model.embed_tokens.weight": torch.randn(m["vocab"], m["hidden"], generator=g) * 0.5}
    for i in range(m["layers"]):
        p = f"model.layers.{i}."
        w[p + "input_layernorm.weight"] = norm()
        w[p + "self_attn.q_proj.weight"] = rand(q, m["hidden"]) * 1.5
        w[p + "self_attn.k_proj.weight"] = rand(kv, m["hidden"]) * 1.5
        w[p + "self_attn.v_proj.weight"] = rand(kv, m["hidden"])
        w[p + "self_attn.o_proj.weight"] = rand(m["hidden"], q)
        w[p + "post_attention_layernorm.weight"] = norm()
        w[p + "mlp.gate_proj.weight"] = rand(m["inner"], m["hidden"])
        w[p + "mlp.up_proj.weight"] = rand(m["inner"], m["hidden"])
        w[p + "mlp.down_proj.weight"] = rand(m["hidden"], m["inner"])
    w["model.norm.weight"] = norm()
    if not m["tied"]:
        w["lm_head.weight"] = rand(m["vocab"], m["hidden"])
    return {name: t.to(TORCH[m["dtype"]]) for name, t in w.items()}


def raw_bytes(t):
    if t.dtype == torch.bfloat16:
        # numpy has no bfloat16; its bits are the upper half of a float32.
        return (t.float().numpy().view(np.uint32) >> 16).astype("<u2").tobytes()
    return t.numpy().tobytes()


def write_safetensors(path, weights, dtype):
    header, offset, data = {"__metadata__": {"format": "pt"}}, 0, b""
    for name, t in weights.items():
        raw = raw_bytes(t)
        header[name] = {"dtype": dtype, "shape": list(t.shape), "data_offsets": [offset, offset + len(raw)]}
        offset += len(raw)
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def write_model(name, m, weights):
    folder = HERE / name
    folder.mkdir(exist_ok=True)
    config = {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": m["hidden"],
        "num_hidden_layers": m["layers"], "num_attention_heads": m["heads"], "num_key_value_heads": m["kv_heads"],
        "head_dim": m["head_dim"], "intermediate_size": m["inner"], "vocab_size": m["vocab"],
        "max_position_embeddings": m["context"], "rms_norm_eps": 1e-5, "hidden_act": "silu",
        "tie_word_embeddings": m["tied"], "attention_bias": False, "mlp_bias": False,
        "bos_token_id": 1, "eos_token_id": 2,
    }
    if m["dtype"] == "F32":
        config["dtype"] = "float32"
        config["rope_parameters"] = {"rope_theta": m["theta"], "rope_type": "default"}
    else:
        config["torch_dtype"] = {"BF16": "bfloat16", "F16": "float16"}[m["dtype"]]
        config["rope_theta"] = m["theta"]
        config["rope_scaling"] = m["scaling"]
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    (folder / "generation_config.json").write_text(json.dumps({"eos_token_id": [2, 3]}) + "\n")
    if m["shards"] == 1:
        write_safetensors(folder / "model.safetensors", weights, m["dtype"])
        return
    names = list(weights)
    half = len(names) // 2
    weight_map = {}
    for i, part in enumerate([names[:half], names[half:]]):
        file = f"model-{i + 1:05d}-of-00002.safetensors"
        write_safetensors(folder / file, {n: weights[n] for n in part}, m["dtype"])
        weight_map.update({n: file for n in part})
    index = {"metadata": {"total_size": sum(len(raw_bytes(t)) for t in weights.values())}, "weight_map": weight_map}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=1) + "\n")


def rope_frequencies(m):
    d = m["head_dim"]
    f = 1.0 / (m["theta"] ** (torch.arange(0, d, 2).float() / d))
    s = m["scaling"]
    if s is None:
        return f
    out = []
    for x in f.tolist():
        wavelength = 2 * math.pi / x
        low = s["original_max_position_embeddings"] / s["low_freq_factor"]
        high = s["original_max_position_embeddings"] / s["high_freq_factor"]
        if wavelength < high:
            out.append(x)
        elif wavelength > low:
            out.append(x / s["factor"])
        else:
            t = (s["original_max_position_embeddings"] / wavelength - s["low_freq_factor"]) / (
                s["high_freq_factor"] - s["low_freq_factor"])
            out.append((1 - t) * x / s["factor"] + t * x)
    return torch.tensor(out, dtype=torch.float32)


def rms_norm(x, w):
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-5) * w


def forward(m, w, tokens):
    """Logits of all positions; the whole sequence at once, with a causal mask."""
    n, d, heads, kv = len(tokens), m["head_dim"], m["heads"], m["kv_heads"]
    angles = torch.arange(n).float()[:, None] * rope_frequencies(m)[None, :]
    cos, sin = torch.cat([angles.cos()] * 2, -1), torch.cat([angles.sin()] * 2, -1)

    def rope(x):  # [heads, n, d]
        return x * cos + torch.cat([-x[..., d // 2:], x[..., : d // 2]], -1) * sin

    mask = torch.full((n, n), float("-inf")).triu(1)
    h = w["model.embed_tokens.weight"][torch.tensor(tokens)]
    for i in range(m["layers"]):
        p = f"model.layers.{i}."
        a = rms_norm(h, w[p + "input_layernorm.weight"])
        q = rope((a @ w[p + "self_attn.q_proj.weight"].T).view(n, heads, d).transpose(0, 1))
        k = rope((a @ w[p + "self_attn.k_proj.weight"].T).view(n, kv, d).transpose(0, 1))
        v = (a @ w[p + "self_attn.v_proj.weight"].T).view(n, kv, d).transpose(0, 1)
        k, v = k.repeat_interleave(heads // kv, 0), v.repeat_interleave(heads // kv, 0)
        weights = torch.softmax(q @ k.transpose(1, 2) / math.sqrt(d) + mask, -1)
        h = h + (weights @ v).transpose(0, 1).reshape(n, heads * d) @ w[p + "self_attn.o_proj.weight"].T
        b = rms_norm(h, w[p + "post_attention_layernorm.weight"])
        gate = torch.nn.functional.silu(b @ w[p + "mlp.gate_proj.weight"].T)
        h = h + (gate * (b @ w[p + "mlp.up_proj.weight"].T)) @ w[p + "mlp.down_proj.weight"].T
    head = w["model.embed_tokens.weight"] if m["tied"] else w["lm_head.weight"]
    return rms_norm(h, w["model.norm.weight"]) @ head.T


def golden(m, weights, seed):
    w = {name: t.float() for name, t in weights.items()}
    rng, cases = np.random.default_rng(seed), []
    for length in (1, 2, 31, 33, 70, 120):
        prompt = rng.integers(4, m["vocab"], length).tolist()
        tokens, margin = list(prompt), math.inf
        logits = forward(m, w, tokens)[-1]
        for _ in range(GREEDY):
            last = forward(m, w, tokens)[-1]
            top = torch.topk(last, 2)
            margin = min(margin, float(top.values[0] - top.values[1]))
            tokens.append(int(top.indices[0]))
        cases.append({"prompt": prompt, "logits": [float(np.float32(x)) for x in logits], "greedy": tokens[length:],
                      "smallest_margin": margin})
    return cases


def main():
    torch.set_num_threads(1)
    result = {}
    with torch.no_grad():
        for seed, (name, m) in enumerate(MODELS.items(), start=20260):
            weights = make_weights(m, seed)
            write_model(name, m, weights)
            result[name] = golden(m, weights, seed)
            print(name, "smallest margin between the two best logits:", min(c["smallest_margin"] for c in result[name]))
    (HERE / "golden.json").write_text(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
