#!/usr/bin/python3
"""Makes one small random checkpoint in the layout of every publisher, and what it must compute.

    /usr/bin/python3 tests/data/checkpoints/make_checkpoints.py [name ...]

Needs Debian's python3-numpy and python3-onnx (1.12); no model library and nothing of the product. Each directory holds the
checkpoint and expected.json: per numerics and KV precision, prompts with the logits after their last token and greedy
tokens; and rows of dequantized weights as float32 bits.
"""
import json
import math
import sys
from pathlib import Path

import numpy as np

sys.dont_write_bytecode = True  # the modules beside this script leave nothing in the source tree
import containers
import expectations
import onnx_layouts
import quantizers
import number_formats as formats
from containers import stored, stored_bf16
from quantizers import scalar
from reference_model import F32, Model, Pass, llama3_angles, plain

HERE = Path(__file__).resolve().parent
SCALING = {"factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
           "original_max_position_embeddings": 64, "rope_type": "llama3"}
CONFIG = dict(hidden=128, heads=4, kv_heads=2, head_dim=32, inner=256, layers=2, vocab=256, context=512, theta=10000.0,
              eps=1e-5, scaling=SCALING)
MODULES = {"q": "self_attn.q_proj", "k": "self_attn.k_proj", "v": "self_attn.v_proj", "o": "self_attn.o_proj",
           "gate": "mlp.gate_proj", "up": "mlp.up_proj", "down": "mlp.down_proj"}
SIBLINGS = {"q": "qkv", "k": "qkv", "v": "qkv", "o": "o", "gate": "gate up", "up": "gate up", "down": "down"}


def random_weights(seed, rounded):
    """Wide enough that attention is not flat and the logits are some units apart. rounded is the 16-bit type's rounding."""
    rng, c = np.random.default_rng(seed), CONFIG

    def matrix(rows, columns, gain=1.0):
        return (rng.standard_normal((rows, columns)) * (1.6 * gain / math.sqrt(columns))).astype(F32)

    def norm():
        return rounded((1 + 0.2 * rng.standard_normal(c["hidden"])).astype(F32))

    q, kv = c["heads"] * c["head_dim"], c["kv_heads"] * c["head_dim"]
    shapes = {"q": (q, c["hidden"], 1.5), "k": (kv, c["hidden"], 1.3), "v": (kv, c["hidden"]), "o": (c["hidden"], q),
              "gate": (c["inner"], c["hidden"]), "up": (c["inner"], c["hidden"], 0.8), "down": (c["hidden"], c["inner"])}
    layers = [{"input_norm": norm(), "post_norm": norm(), **{n: rounded(matrix(*s)) for n, s in shapes.items()}}
              for _ in range(c["layers"])]
    return {"embedding": rounded(matrix(c["vocab"], c["hidden"], 4.0)), "layers": layers, "final_norm": norm(),
            "head": rounded(matrix(c["vocab"], c["hidden"]))}


def hf_model(weights, layers):
    c = CONFIG
    angles = llama3_angles(c["theta"], c["head_dim"], c["context"], c["scaling"])
    return Model(c, weights["embedding"], layers, weights["final_norm"], weights["head"], angles)


def hf_config(dtype, quantization=None):
    c = CONFIG
    config = {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": c["hidden"],
        "num_hidden_layers": c["layers"], "num_attention_heads": c["heads"], "num_key_value_heads": c["kv_heads"],
        "head_dim": c["head_dim"], "intermediate_size": c["inner"], "vocab_size": c["vocab"],
        "max_position_embeddings": c["context"], "rms_norm_eps": c["eps"], "hidden_act": "silu", "rope_theta": c["theta"],
        "rope_scaling": c["scaling"], "tie_word_embeddings": False, "attention_bias": False, "mlp_bias": False,
        "bos_token_id": 0, "eos_token_id": [254, 255], "pretraining_tp": 1, "torch_dtype": dtype,
    }
    return config if quantization is None else {**config, "quantization_config": quantization}


def write_json(path, value):
    path.write_text(json.dumps(value, indent=2) + "\n")


def write_hf(folder, weights, linears, config, quant_file=None, shards=1, kind=stored_bf16, extra=None):
    """linears: per layer, per module, tensors by suffix."""
    tensors = {"model.embed_tokens.weight": kind(weights["embedding"])}
    for i, layer in enumerate(linears):
        p = f"model.layers.{i}."
        tensors[p + "input_layernorm.weight"] = kind(weights["layers"][i]["input_norm"])
        tensors[p + "post_attention_layernorm.weight"] = kind(weights["layers"][i]["post_norm"])
        for name, suffixes in layer.items():
            tensors.update({f"{p}{MODULES[name]}.{suffix}": t for suffix, t in suffixes.items()})
    tensors.update(extra or {})
    tensors["model.norm.weight"] = kind(weights["final_norm"])
    tensors["lm_head.weight"] = kind(weights["head"])
    containers.write_shards(folder, tensors, shards)
    write_json(folder / "config.json", config)
    write_json(folder / "generation_config.json", {"bos_token_id": 0, "eos_token_id": [254, 255]})
    if quant_file:
        write_json(folder / "hf_quant_config.json", quant_file)


def calibrate(model, seed):
    """Largest input of every linear layer over random tokens. // {(layer, name): value}"""
    run = Pass(model, "bf16", "full")
    run.feed(np.random.default_rng(seed).integers(0, CONFIG["vocab"], 48))
    return run.largest


def with_norms(weights, linears, kv):
    return [{**layer, "input_norm": w["input_norm"], "post_norm": w["post_norm"], "kv": kv[i]}
            for i, (layer, w) in enumerate(zip(linears, weights["layers"]))]


def quantize(weights, quantizer):
    """Applies quantizer(matrix, layer, name) -> (Linear, tensors) to all linear layers."""
    pairs = [{n: quantizer(w[n], i, n) for n in MODULES} for i, w in enumerate(weights["layers"])]
    return [{n: p[0] for n, p in layer.items()} for layer in pairs], [{n: dict(p[1]) for n, p in layer.items()} for layer in pairs]


def kv_tensors(kv, shape):
    return {f"model.layers.{i}.self_attn.{m}_proj.{m}_scale": scalar(s, shape)
            for i, pair in enumerate(kv) for m, s in zip("kv", pair)}


# --- the checkpoints ---------------------------------------------------------------------------------------------------

def fp8_static(folder, seed):
    """A: hf_quant_config.json only; own weight scale per sibling; scales of shape [] and of shape [1]; inputs and values
    that saturate; one input scale that differs from its siblings', of which the largest counts."""
    weights, kv = random_weights(seed, formats.bf16), [(1.0, 1.0), (1.25, 0.005)]
    linears, tensors = quantize(weights, lambda w, i, n: quantizers.fp8_tensor(w))
    model = hf_model(weights, with_norms(weights, linears, kv))
    largest = calibrate(model, seed)
    for i, layer in enumerate(linears):
        for n, linear in layer.items():
            linear.input_scale = F32(0.8 * largest[i, n] / 448 * (0.9 if (i, n) == (1, "k") else 1))
            tensors[i][n]["weight_scale"] = scalar(tensors[i][n]["weight_scale"], [1] if n in "qo" else [])
            tensors[i][n]["input_scale"] = scalar(linear.input_scale, [1] if n == "up" else [])
    quant = {"producer": {"name": "modelopt", "version": "0.15.1"},
             "quantization": {"quant_algo": "FP8", "kv_cache_quant_algo": "FP8", "exclude_modules": ["lm_head"]}}
    write_hf(folder, weights, tensors, hf_config("bfloat16"), quant, shards=2, extra=kv_tensors(kv, []))
    return model, ["w8a8-static", "w8a8-dynamic", "bf16"], ["fp8", "full"]


def nvfp4(folder, seed, version, scalar_shape, inline, kv, kv_stored):
    weights = random_weights(seed, formats.bf16)
    for w in weights["layers"]:
        w["o"][3, 32:48] *= F32(1e-7)  # a block so small that its scale rounds to zero
        w["o"][4, :16] = 0
    own = inline is None  # layer 1's gate and up keep global scales of their own, as merged checkpoints may

    def quantizer(w, i, n):
        group = [n] if own and i == 1 else [m for m in MODULES if SIBLINGS[m] == SIBLINGS[n]]
        return quantizers.nvfp4(w, max(np.abs(weights["layers"][i][m]).max() for m in group))

    linears, tensors = quantize(weights, quantizer)
    model = hf_model(weights, with_norms(weights, linears, kv))
    largest = calibrate(model, seed)
    for i, layer in enumerate(linears):
        for n, linear in layer.items():
            linear.input_scale = F32(0.7 * largest[i, n] / 2688)
            tensors[i][n]["weight_scale_2"] = scalar(tensors[i][n]["weight_scale_2"], scalar_shape)
            tensors[i][n]["input_scale"] = scalar(linear.input_scale, [])
    quant = {"producer": {"name": "modelopt", "version": version},
             "quantization": {"quant_algo": "NVFP4", "kv_cache_quant_algo": "FP8", "group_size": 16, "exclude_modules": ["lm_head"]}}
    write_hf(folder, weights, tensors, hf_config("bfloat16", inline), quant, shards=1 if own else 2,
             extra=kv_tensors(kv, [1]) if kv_stored else None)
    return model, ["w4a16", "w4a4-emulated", "w4a8"], ["fp8", "full"]


def nvfp4_v023(folder, seed):
    """B: hf_quant_config.json only, global scales of shape [1]."""
    return nvfp4(folder, seed, "0.23.0", [1], None, [(1.0, 1.0), (0.0371, 1.5)], True)


def nvfp4_v035(folder, seed):
    """C: inline quantization_config as well, scales of shape [], FP8 KV cache declared and no scale stored."""
    group = {"dynamic": False, "num_bits": 4, "type": "float", "group_size": 16}
    inline = {"config_groups": {"group_0": {"input_activations": group, "weights": group, "targets": ["Linear"]}},
              "ignore": ["lm_head"], "quant_algo": "NVFP4", "kv_cache_scheme": {"dynamic": False, "num_bits": 8, "type": "float"},
              "producer": {"name": "modelopt", "version": "0.35.0"}, "quant_method": "modelopt"}
    return nvfp4(folder, seed, "0.35.0", [], inline, [(1.0, 1.0)] * 2, False)


def compressed_tensors(kind, form, ignore):
    common = {"num_bits": 8, "type": kind, "symmetric": True, "group_size": None, "block_structure": None, "actorder": None,
              "observer_kwargs": {}}
    return {"config_groups": {"group_0": {
        "input_activations": {**common, "strategy": "token", "dynamic": True, "observer": None}, "output_activations": None,
        "targets": ["Linear"], "weights": {**common, "strategy": "channel", "dynamic": False, "observer": "minmax"}}},
        "format": form, "global_compression_ratio": 1.4, "ignore": ignore, "kv_cache_scheme": None,
        "quant_method": "compressed-tensors", "quantization_status": "compressed"}


def fp8_dynamic(folder, seed):
    """E: compressed-tensors, a BF16 scale per output."""
    weights = random_weights(seed, formats.bf16)
    linears, tensors = quantize(weights, lambda w, i, n: quantizers.fp8_channel(w))
    write_hf(folder, weights, tensors, hf_config("bfloat16", compressed_tensors("float", "float-quantized", ["lm_head"])), shards=2)
    return hf_model(weights, with_norms(weights, linears, [(1, 1)] * 2)), ["w8a8-dynamic", "bf16"], ["full"]


def int8_dynamic(folder, seed):
    """F: signed bytes; one layer is left in BF16 by name, the head by a pattern."""
    weights = random_weights(seed, formats.bf16)
    left = (1, "down")

    def quantizer(w, i, n):
        return (plain(w), {"weight": stored_bf16(w)}) if (i, n) == left else quantizers.int8_channel(w)

    linears, tensors = quantize(weights, quantizer)
    config = compressed_tensors("int", "int-quantized", ["re:.*lm_head", "model.layers.1.mlp.down_proj"])
    write_hf(folder, weights, tensors, hf_config("bfloat16", config))
    return hf_model(weights, with_norms(weights, linears, [(1, 1)] * 2)), ["w8a8-int8", "bf16"], ["full"]


def plain_f16(folder, seed):
    """P in F16."""
    weights = random_weights(seed, lambda x: x.astype(np.float16).astype(F32))
    linears, tensors = quantize(weights, lambda w, i, n: (plain(w), {"weight": stored("F16", w)}))
    write_hf(folder, weights, tensors, hf_config("float16"), kind=lambda x: stored("F16", x))
    return hf_model(weights, with_norms(weights, linears, [(1, 1)] * 2)), ["bf16"], ["full"]


def onnx_int4(layout):
    def make(folder, seed):
        weights = random_weights(seed, lambda x: x.astype(np.float16).astype(F32))
        linears, angles = layout(folder, seed, CONFIG, weights, hf_config("float16"))
        layers = with_norms(weights, linears, [(1, 1)] * 2)
        model = Model(CONFIG, weights["embedding"], layers, weights["final_norm"], weights["head"], angles)
        return model, ["w4a16", "w4a8"], ["full"]
    return make


FIXTURES = {
    "fp8-static": (fp8_static, 1), "nvfp4-v023": (nvfp4_v023, 2), "nvfp4-v035": (nvfp4_v035, 3), "fp8-dynamic": (fp8_dynamic, 4),
    "int8-dynamic": (int8_dynamic, 5), "plain-f16": (plain_f16, 6), "onnx-int4-dq": (onnx_int4(onnx_layouts.dequantize_linear), 7),
    "onnx-int4-nbits": (onnx_int4(onnx_layouts.matmul_nbits), 8),
}


def main():
    containers.check_packing()
    quantizers.check_examples()
    for name in sys.argv[1:] or FIXTURES:
        make, seed = FIXTURES[name]
        folder = HERE / name
        folder.mkdir(exist_ok=True)
        model, numerics, kvs = make(folder, seed)
        rng, cases = np.random.default_rng(1000 + seed), []
        print(name, flush=True)
        for n in numerics:
            for kv in kvs:
                rounds = kv == "fp8" or n not in ("bf16", "w4a16")
                if (n, kv) == ("w4a8", "fp8"):
                    continue  # Inputs of 8 bits and rounded keys leave hardly a prompt without a tie: 20,000 had none.
                cases += [expectations.case(model, n, kv, length, rng) for length in ((5, 7, 9) if rounds else (5, 12, 20))]
        lines = ",\n".join(json.dumps(c) for c in cases), ",\n".join(json.dumps(r) for r in expectations.weight_rows(model, MODULES))
        (folder / "expected.json").write_text('{"cases": [\n%s],\n"weights": [\n%s]}\n' % lines)


if __name__ == "__main__":
    main()
