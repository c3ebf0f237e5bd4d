#!/usr/bin/env python3
"""Writes a Llama model directory's BF16 safetensors as a BF16 GGUF without a tokenizer: token ids go in, logits come out.

usage: model_gguf.py GGUF_PY_DIRECTORY MODEL_DIRECTORY OUTPUT

GGUF_PY_DIRECTORY is gguf-py in llama.cpp's sources; Debian's python3-numpy is enough beside it.
"""

import json
import os
import struct
import sys

import numpy as np

sys.path.insert(0, sys.argv[1])
import gguf  # noqa: E402  (from the directory given)

NAMES = {
    "input_layernorm": "attn_norm", "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output", "post_attention_layernorm": "ffn_norm", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}


def tensors(path):
    """Names and BF16 bits. // uint16 arrays of the tensors' shapes"""
    with open(path, "rb") as file:
        length = struct.unpack("<Q", file.read(8))[0]
        header = json.loads(file.read(length))
        data = file.read()
    for name, entry in header.items():
        if name != "__metadata__":
            first, end = entry["data_offsets"]
            assert entry["dtype"] == "BF16", f"{name} is {entry['dtype']}, expected BF16"
            yield name, np.frombuffer(data[first:end], dtype=np.uint16).reshape(entry["shape"])


def pairs_side_by_side(bits, heads):
    """llama.cpp rotates neighbours where the checkpoint rotates halves: rows of each head change places."""
    return bits.reshape(heads, 2, bits.shape[0] // heads // 2, -1).swapaxes(1, 2).reshape(bits.shape)


def main():
    directory = sys.argv[2]
    with open(os.path.join(directory, "config.json")) as file:
        config = json.load(file)
    heads, kv_heads = config["num_attention_heads"], config["num_key_value_heads"]
    writer = gguf.GGUFWriter(sys.argv[3], "llama")
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(heads)
    writer.add_head_count_kv(kv_heads)
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_rope_freq_base(config["rope_theta"])
    writer.add_rope_dimension_count(config["hidden_size"] // heads)
    writer.add_vocab_size(config["vocab_size"])
    writer.add_tokenizer_model("no_vocab")
    for name, bits in tensors(os.path.join(directory, "model.safetensors")):
        parts = name.removesuffix(".weight").split(".")
        short = {"embed_tokens": "token_embd", "norm": "output_norm", "lm_head": "output"}.get(parts[-1])
        target = short if parts[1] != "layers" else f"blk.{parts[2]}.{NAMES['.'.join(parts[3:])]}"
        if target.endswith(("attn_q", "attn_k")):
            bits = pairs_side_by_side(bits, heads if target.endswith("q") else kv_heads)
        if bits.ndim == 1:
            writer.add_tensor(f"{target}.weight", (bits.astype(np.uint32) << 16).view(np.float32))
        else:
            raw = np.ascontiguousarray(bits).view(np.uint8)
            writer.add_tensor(f"{target}.weight", raw, raw_dtype=gguf.GGMLQuantizationType.BF16)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


main()
