#!/usr/bin/env python3
"""Writes a BF16 GGUF of the Llama 3.2 1B shape with random weights N(0, 0.02): what counts is the shape, not what it says.

usage: random_gguf.py GGUF_PY_DIRECTORY OUTPUT

GGUF_PY_DIRECTORY is gguf-py in llama.cpp's sources; Debian's python3-numpy is enough beside it.
"""

import sys

import numpy as np

sys.path.insert(0, sys.argv[1])
import gguf  # noqa: E402  (from the directory given)

HIDDEN, LAYERS, HEADS, KV_HEADS, INNER, VOCABULARY = 2048, 16, 32, 8, 8192, 128256
KV_WIDTH = HIDDEN // HEADS * KV_HEADS
BF16 = gguf.GGMLQuantizationType.BF16


def normal_table():
    """65,536 normal values by Box and Muller on a grid of radii and angles, as BF16 bits. // [65536]"""
    grid = (np.arange(256) + 0.5) / 256
    values = 0.02 * np.sqrt(-2 * np.log(grid))[:, None] * np.cos(2 * np.pi * grid)[None, :]
    return (values.astype(np.float32).ravel().view(np.uint32) + 0x8000 >> 16).astype(np.uint16)


def main():
    writer = gguf.GGUFWriter(sys.argv[2], "llama")
    writer.add_context_length(131072)
    writer.add_embedding_length(HIDDEN)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_freq_base(500000.0)
    writer.add_rope_dimension_count(HIDDEN // HEADS)
    writer.add_vocab_size(VOCABULARY)
    writer.add_tokenizer_model("no_vocab")
    table, random = normal_table(), np.random.default_rng(1)
    shapes = {"token_embd": (VOCABULARY, HIDDEN), "output_norm": (HIDDEN,)}
    for layer in range(LAYERS):
        for name, shape in (
            ("attn_norm", (HIDDEN,)), ("attn_q", (HIDDEN, HIDDEN)), ("attn_k", (KV_WIDTH, HIDDEN)), ("attn_v", (KV_WIDTH, HIDDEN)),
            ("attn_output", (HIDDEN, HIDDEN)), ("ffn_norm", (HIDDEN,)), ("ffn_gate", (INNER, HIDDEN)), ("ffn_up", (INNER, HIDDEN)),
            ("ffn_down", (HIDDEN, INNER)),
        ):
            shapes[f"blk.{layer}.{name}"] = shape
    for name, shape in shapes.items():
        if len(shape) == 1:
            writer.add_tensor(f"{name}.weight", np.ones(shape, dtype=np.float32))
        else:
            bits = table[random.integers(0, 65536, shape, dtype=np.uint16)]
            writer.add_tensor(f"{name}.weight", bits.view(np.uint8), raw_dtype=BF16)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


main()
