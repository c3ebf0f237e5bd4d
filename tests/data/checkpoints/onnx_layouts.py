"""The two ONNX layouts of INT4 checkpoints: DequantizeLinear with AWQ factors, and MatMulNBits with packed q, k and v.

Node and tensor names are those of the onnxruntime-genai model builder. It computes rotary angles with the original context
length replaced by the largest one, which differs from config.json: the stored angles are what counts.
"""
import json

import numpy as np
import onnx
from onnx import TensorProto

import quantizers
from containers import OnnxWriter, pack_nibbles
from reference_model import F32, llama3_angles

MS = "com.microsoft"


def half(x):
    return x.astype(np.float16).astype(F32)


def stored_angles(config):
    """The builder's fallback, rounded to FP16. // [positions, head_dim / 2] each"""
    angles = llama3_angles(config["theta"], config["head_dim"], config["context"], config["scaling"], config["context"])
    return tuple(a.astype(np.float16).astype(np.float64) for a in angles)


class Builder(OnnxWriter):
    """What both layouts share: everything but the products with quantized weights, and where the rotation happens."""

    def __init__(self, config, weights, angles):
        super().__init__()
        self.config, self.weights = config, weights
        self.half("cos_cache", angles[0])
        self.half("sin_cache", angles[1])
        self.half("model.embed_tokens.weight", weights["embedding"])

    def constant(self, kind, value):
        name = f"TensorProto.INT64/{'1D' if isinstance(value, list) else '0D'}/{value[0] if isinstance(value, list) else value}"
        value = onnx.helper.make_tensor(name, kind, [len(value)] if isinstance(value, list) else [], value if isinstance(value, list) else [value])
        return self.node("Constant", f"/model/constant_nodes/{name}", [], [f"/model/constants/{name}"], value=value)

    def masks(self):
        p = "/model/attn_mask_reformat/attn_mask_subgraph/"
        one = self.constant(TensorProto.INT64, [1])
        total = self.node("ReduceSum", p + "ReduceSum", ["attention_mask", one])
        lengths = self.node("Cast", p + "Sub/Cast", [self.node("Sub", p + "Sub", [total, one])], to=TensorProto.INT32)
        shape = self.node("Shape", p + "Shape", ["attention_mask"])
        width = self.node("Gather", p + "Gather", [shape, self.constant(TensorProto.INT64, 1)], axis=0)
        return lengths, self.node("Cast", p + "Gather/Cast", [width], to=TensorProto.INT32)

    def skip_norm(self, name, weight, x, skip, outputs=4):
        names = [f"{name}/output_0", "", "", f"{name}/output_3"][:outputs]
        self.node("SkipSimplifiedLayerNormalization", name, [x, skip, weight], names, MS, epsilon=self.config["eps"])
        return names[0], names[-1]

    def norm_weight(self, name, values):
        # Folding of AWQ factors may leave a first axis of one.
        shape = [1, len(values)] if name == "model.layers.1.post_attention_layernorm.weight" else None
        return self.half(name, values, shape)

    def build(self, product, attention):
        """product(layer, name, x) -> y; attention(layer, x, lengths, total) -> mixed values."""
        lengths, total = self.masks()
        h = self.node("Gather", "/model/embed_tokens/Gather", ["model.embed_tokens.weight", "input_ids"])
        skip = None
        for i, w in enumerate(self.weights["layers"]):
            p = f"/model/layers.{i}"
            weight = self.norm_weight(f"model.layers.{i}.input_layernorm.weight", w["input_norm"])
            if skip is None:
                x = self.node("SimplifiedLayerNormalization", p + "/input_layernorm/LayerNorm", [h, weight], axis=-1,
                              epsilon=self.config["eps"], stash_type=1)
            else:
                x, h = self.skip_norm(p + "/input_layernorm/SkipLayerNorm", weight, h, skip)
            skip = product(i, "o", attention(i, x, lengths, total))
            weight = self.norm_weight(f"model.layers.{i}.post_attention_layernorm.weight", w["post_norm"])
            x, h = self.skip_norm(p + "/post_attention_layernorm/SkipLayerNorm", weight, h, skip)
            skip = self.mlp(i, x, product)
        n = self.config["layers"]
        weight = self.half(f"model.layers.{n}.final_norm_layernorm.weight", self.weights["final_norm"])
        x, _ = self.skip_norm(f"/model/layers.{n}/final_norm_layernorm/SkipLayerNorm", weight, h, skip, outputs=1)
        head = self.half("lm_head.MatMul.weight", self.weights["head"].T)
        self.node("MatMul", "/lm_head/MatMul", [x, head], ["logits"])

    def mlp(self, i, x, product):
        p = f"/model/layers.{i}/mlp/"
        gate, up = product(i, "gate", x), product(i, "up", x)
        sigmoid = self.node("Sigmoid", p + "act_fn/Sigmoid", [gate])
        silu = self.node("Mul", p + "act_fn/Mul", [gate, sigmoid])
        return product(i, "down", self.node("Mul", p + "Mul", [silu, up]))

    def grouped_attention(self, i, q, k, v, lengths, total, rotate):
        c, past = self.config, [f"past_key_values.{i}.key", f"past_key_values.{i}.value"]
        caches = ["cos_cache", "sin_cache"] if rotate else ["", ""]
        name = f"/model/layers.{i}/attn/GroupQueryAttention"
        return self.node(
            "GroupQueryAttention", name, [q, k, v, *past, lengths, total, *caches],
            [name + "/output_0", f"present.{i}.key", f"present.{i}.value"], MS, num_heads=c["heads"], kv_num_heads=c["kv_heads"],
            scale=float(F32(c["head_dim"] ** -0.5)), do_rotary=int(rotate), rotary_interleaved=0)

    def finish(self, folder, positions, opset, provider):
        c = self.config
        cache = lambda p, kind, length: (f"{p}.{kind}", TensorProto.FLOAT16, ["batch_size", c["kv_heads"], length, c["head_dim"]])
        ids = ["input_ids", "attention_mask"] + ["position_ids"] * positions
        inputs = [(n, TensorProto.INT64, ["batch_size", "sequence_length"]) for n in ids]
        outputs = [("logits", TensorProto.FLOAT16, ["batch_size", "sequence_length", c["vocab"]])]
        for i in range(c["layers"]):
            inputs += [cache(f"past_key_values.{i}", kind, "past_sequence_length") for kind in ("key", "value")]
            outputs += [cache(f"present.{i}", kind, "total_sequence_length") for kind in ("key", "value")]
        self.write(folder, inputs, outputs, opset)
        (folder / "genai_config.json").write_text(json.dumps(genai_config(c, positions, provider), indent=4) + "\n")


def genai_config(c, positions, provider):
    inputs = {"input_ids": "input_ids", "attention_mask": "attention_mask", "past_key_names": "past_key_values.%d.key",
              "past_value_names": "past_key_values.%d.value", **({"position_ids": "position_ids"} if positions else {})}
    return {
        "model": {
            "bos_token_id": 0, "context_length": c["context"], "eos_token_id": [254, 255], "pad_token_id": 254, "type": "llama",
            "vocab_size": c["vocab"],
            "decoder": {
                "session_options": {"log_id": "onnxruntime-genai", "provider_options": [{provider: {}}]}, "filename": "model.onnx",
                "head_size": c["head_dim"], "hidden_size": c["hidden"], "inputs": inputs,
                "outputs": {"logits": "logits", "present_key_names": "present.%d.key", "present_value_names": "present.%d.value"},
                "num_attention_heads": c["heads"], "num_hidden_layers": c["layers"], "num_key_value_heads": c["kv_heads"]}},
        "search": {
            "diversity_penalty": 0.0, "do_sample": True, "early_stopping": True, "length_penalty": 1.0, "max_length": c["context"],
            "min_length": 0, "no_repeat_ngram_size": 0, "num_beams": 1, "num_return_sequences": 1,
            "past_present_share_buffer": True, "repetition_penalty": 1.0, "temperature": 0.6, "top_k": 1, "top_p": 0.9}}


def part(name):
    return f"{'attn' if name in 'qkvo' else 'mlp'}/{name}_proj"


def dequantize_linear(folder, seed, config, weights, hf_config):
    """Form 1: blocks of 128 along K, own rotary nodes, explicit factors before o and down, one layer with zero points."""
    rng, angles, linears = np.random.default_rng(50 + seed), stored_angles(config), [{} for _ in weights["layers"]]
    builder = Builder(config, weights, angles)

    def quantized(i, name):
        """The dequantizing node's output, and the layer for the reference."""
        w, factors = weights["layers"][i][name], None
        if name in ("o", "down"):
            factors = half(np.exp(0.4 * rng.standard_normal(w.shape[1])))
            w = w / factors
        linear, codes, scales, zeros = quantizers.int4(w, 128, asymmetric=(i, name) == (1, "down"))
        linear.input_factors = factors
        full = f"model.layers.{i}.{part(name).replace('/', '.')}.MatMul.weight"
        kind = "INT4" if zeros is None else "UINT4"
        operands = [builder.initializer(full + "_i4", kind, codes.T.shape, pack_nibbles(codes.T).tobytes()),
                    builder.half(full + "_scale", scales.T)]
        if zeros is not None:
            operands.append(builder.initializer(full + "_zp", "UINT4", zeros.T.shape, pack_nibbles(zeros.T).tobytes()))
        output = builder.node("DequantizeLinear", full + "_DequantizeLinear", operands, [full + "_DequantizeLinear_Output"],
                              axis=0, block_size=128)
        return output, linear, full

    def product(i, name, x):
        weight, linear, full = quantized(i, name)
        linears[i][name] = linear
        if name == "o":
            factors = builder.half_as_integers(x + "_pre_quant_scale", linear.input_factors)
            x = builder.node("Mul", x + "_pre_quant_scale_mul", [x, factors])
        if name == "down":
            factors = builder.half(full + "_awq_scale", linear.input_factors, inline=i == 0)
            x = builder.node("Mul", full + "_PQS", [x, factors])
        return builder.node("MatMul", f"/model/layers.{i}/{part(name)}/MatMul", [x, weight])

    def attention(i, x, lengths, total):
        q, k, v = (product(i, n, x) for n in "qkv")
        q, k = (builder.node("RotaryEmbedding", f"/model/layers.{i}/attn/{n}_rotary/RotaryEmbedding",
                             [t, "position_ids", "cos_cache", "sin_cache"], domain=MS, interleaved=0) for n, t in (("q", q), ("k", k)))
        return builder.grouped_attention(i, q, k, v, lengths, total, rotate=False)

    builder.build(product, attention)
    builder.finish(folder, True, 21, "dml")
    (folder / "config.json").write_text(json.dumps(hf_config, indent=2) + "\n")  # its rotary scaling is not what was stored
    return linears, angles


def matmul_nbits(folder, seed, config, weights, hf_config):
    """Form 2: blocks of 32, packed q, k and v, rotation inside attention, packed zero points except in the products o; no
    config.json."""
    angles, linears = stored_angles(config), [{} for _ in weights["layers"]]
    builder = Builder(config, weights, angles)

    def emit(i, where, x, codes, scales, zeros):
        n, k = codes.shape
        full, node = f"model.layers.{i}.{where.replace('/', '.')}.MatMulNBits", f"/model/layers.{i}/{where}/MatMulNBits"
        packed = pack_nibbles(codes).reshape(n, k // 32, 16)
        operands = [x, builder.initializer(full + ".qweight", "UINT8", packed.shape, packed.tobytes()),
                    builder.half(full + ".scales", scales, [scales.size] if i == 0 else None)]
        if zeros is not None:
            packed = pack_nibbles(zeros).reshape(n, k // 64)
            operands.append(builder.initializer(
                full + ".qzeros", "UINT8", [packed.size] if i == 0 else packed.shape, packed.tobytes()))
        return builder.node("MatMulNBits", node, operands, domain=MS, K=k, N=n, bits=4, block_size=32, accuracy_level=0)

    def quantized(i, name):
        linear, codes, scales, zeros = quantizers.int4(weights["layers"][i][name], 32, asymmetric=name != "o")
        linears[i][name] = linear
        return (codes, scales, zeros) if zeros is not None else (codes + 8, scales, None)

    def product(i, name, x):
        return emit(i, part(name), x, *quantized(i, name))

    def attention(i, x, lengths, total):
        packed = emit(i, "attn/qkv_proj", x, *(np.concatenate(parts) for parts in zip(*(quantized(i, n) for n in "qkv"))))
        return builder.grouped_attention(i, packed, "", "", lengths, total, rotate=True)

    builder.build(product, attention)
    builder.finish(folder, False, 14, "cuda")
    return linears, angles
