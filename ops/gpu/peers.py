"""Measures what PyTorch and transformers make of Llama 3.1 8B's shape on this GPU, with random weights and without a network, on the
lengths that check.sh measures. usage: peers.py RESULTS.json GPU SECONDS

Two peers, each named for what it is:

- A static batch in PyTorch, as fast as it gets without a library of its own kernels: FP8 products (torch._scaled_mm, one scale a tensor, fast
  accumulation), the parts between them fused by torch.compile where that works, flash attention (SDPA) over a contiguous cache in BF16. All
  rows of the batch stand at one position. Prompts are timed as they run, output tokens at some positions as replayed CUDA graphs, and the
  times of all positions are interpolated between those: no scheduling, no sampling but the largest logit, nothing waits for the host.
- transformers' continuous batching, as a user has it: BF16 weights and cache, attention by SDPA over pages.
"""
import gc
import json
import os
import sys
import time

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import torch
import torch.nn.functional as F

HIDDEN, LAYERS, HEADS, KV_HEADS, HEAD, INNER, VOCABULARY = 4096, 32, 32, 8, 128, 14336, 128256
LENGTHS = [(128, 128), (128, 2048), (1000, 1000), (2048, 128), (2048, 2048), (5000, 500), (20000, 2000), (778, 128), (2200, 100)]
BATCHED_LENGTHS = [(128, 128), (1000, 1000)]
CACHE_BYTES = 2 * 2 * LAYERS * KV_HEADS * HEAD  # BF16 keys and values of a position
MOST_ROWS = 1024
PROMPT_TOKENS = 8192  # computed together
POINTS = 5  # positions at which output tokens are timed
FP8 = torch.float8_e4m3fn


def quantized(x, scale):
    return (x * scale).clamp(-448, 448).to(FP8)


def norm(x, weight, scale):
    x = x.float()
    return quantized(x * torch.rsqrt(x.square().mean(-1, keepdim=True) + 1e-5) * weight, scale)


def add_norm(residual, x, weight, scale):
    residual = residual + x
    return residual, norm(residual, weight, scale)


def turned(x, cosine, sine):
    first, second = x.float().chunk(2, -1)
    return torch.cat((first * cosine - second * sine, second * cosine + first * sine), -1).to(torch.bfloat16)


def activated(x, scale):
    gate, up = x.float().chunk(2, -1)
    return quantized(F.silu(gate) * up, scale)


class Linear:
    """FP8 weights under one scale, and inputs that are FP8 already."""

    def __init__(self, inputs, outputs, device):
        self.weight = (torch.randn(outputs, inputs, device=device) * 100).clamp(-448, 448).to(FP8)
        self.scale = torch.tensor(0.02 / 100, device=device)
        self.input_scale = torch.tensor(8 / 448, device=device)

    def __call__(self, x):
        return torch._scaled_mm(
            x, self.weight.t(), scale_a=self.input_scale, scale_b=self.scale, out_dtype=torch.bfloat16, use_fast_accum=True)


class Model:
    def __init__(self, device):
        self.device = device
        self.layers = [
            (Linear(HIDDEN, (HEADS + 2 * KV_HEADS) * HEAD, device), Linear(HEADS * HEAD, HIDDEN, device),
             Linear(HIDDEN, 2 * INNER, device), Linear(INNER, HIDDEN, device)) for _ in range(LAYERS)]
        self.ones = torch.ones(HIDDEN, device=device)
        self.embedding = torch.randn(VOCABULARY, HIDDEN, device=device, dtype=torch.bfloat16) * 0.02
        self.head = torch.randn(VOCABULARY, HIDDEN, device=device, dtype=torch.bfloat16) * 0.02
        self.scale = 448 / 8
        self.norm, self.add_norm, self.turned, self.activated, self.quantized = norm, add_norm, turned, activated, quantized

    def fuse(self):
        """Has the parts between products compiled; says whether that works here."""
        try:
            compiled = [torch.compile(f, dynamic=True) for f in (norm, add_norm, turned, activated, quantized)]
            self.norm, self.add_norm, self.turned, self.activated, self.quantized = compiled
            self.run(torch.zeros(2, 16, dtype=torch.long, device=self.device), 0, self.cache(2, 32))
            return True
        except Exception as error:  # whatever is missing, the peer runs without it
            print(f"torch.compile does not work here, so nothing is fused: {type(error).__name__}", file=sys.stderr)
            self.norm, self.add_norm, self.turned, self.activated, self.quantized = norm, add_norm, turned, activated, quantized
            return False

    def cache(self, rows, positions):
        return torch.empty((LAYERS, 2, rows, KV_HEADS, positions, HEAD), device=self.device, dtype=torch.bfloat16).normal_()

    def run(self, tokens, start, cache):
        """Next tokens of the cache's first rows, whose positions `start` and on these tokens are; the cache holds those before."""
        rows, count = tokens.shape
        angles = torch.arange(start, start + count, device=self.device)[:, None] * (
            500000.0 ** (-torch.arange(0, HEAD, 2, device=self.device) / HEAD))[None]
        cosine, sine = angles.cos(), angles.sin()
        residual = self.embedding[tokens.reshape(-1)].float()
        x = self.norm(residual, self.ones, self.scale)
        for index, (qkv, output, gate_up, down) in enumerate(self.layers):
            heads = qkv(x).view(rows, count, HEADS + 2 * KV_HEADS, HEAD).transpose(1, 2)
            queries, keys, values = heads.split((HEADS, KV_HEADS, KV_HEADS), 1)
            held = cache[index, :, :rows]
            held[0, :, :, start:start + count] = self.turned(keys, cosine, sine)
            held[1, :, :, start:start + count] = values
            mixed = F.scaled_dot_product_attention(
                self.turned(queries, cosine, sine), held[0, :, :, :start + count], held[1, :, :, :start + count], is_causal=count > 1,
                enable_gqa=True)
            x = output(self.quantized(mixed.transpose(1, 2).reshape(rows * count, HEADS * HEAD), self.scale))
            residual, x = self.add_norm(residual, x, self.ones, self.scale)
            residual, x = self.add_norm(residual, down(self.activated(gate_up(x), self.scale)), self.ones, self.scale)
        last = residual.view(rows, count, HIDDEN)[:, -1].to(torch.bfloat16)
        return (last @ self.head.t()).argmax(-1)


def seconds_of(work, repeats):
    start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
    times = []
    for _ in range(repeats):
        start.record()
        work()
        end.record()
        end.synchronize()
        times.append(start.elapsed_time(end) / 1000)
    return sorted(times)[len(times) // 2]


def output_seconds(model, rows, position, cache):
    tokens = torch.randint(VOCABULARY, (rows, 1), device=model.device)
    model.run(tokens, position, cache)  # loads and chooses kernels, which a recording must not
    torch.cuda.synchronize()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        model.run(tokens, position, cache)
    return seconds_of(graph.replay, 5)


def static_batch(model, prompt, output, fused):
    free = torch.cuda.mem_get_info()[0]
    rows = int(min(MOST_ROWS, 0.85 * free / (CACHE_BYTES * (prompt + output))))
    rows = max(1, rows // 16 * 16 or rows)
    cache = model.cache(rows, prompt + output)
    together = max(1, min(rows, PROMPT_TOKENS // prompt))
    tokens = torch.randint(VOCABULARY, (together, prompt), device=model.device)
    model.run(tokens, 0, cache)
    of_prompts = seconds_of(lambda: model.run(tokens, 0, cache), 3) * rows / together
    places = [prompt + (output - 1) * i // (POINTS - 1) for i in range(POINTS)]
    times = [output_seconds(model, rows, place, cache) for place in places]
    of_outputs = sum((one + other) / 2 * (b - a) for one, other, a, b in zip(times, times[1:], places, places[1:]))
    return rows * output / (of_prompts + of_outputs), (
        f"{rows} rows together, prompts {of_prompts:.1f} s, output {of_outputs:.1f} s; FP8 weights and inputs, BF16 cache, CUDA graphs, "
        f"{'fused by torch.compile' if fused else 'not fused'}")


def continuous_batching(transformers, device, prompt, output, rows):
    config = transformers.LlamaConfig(
        hidden_size=HIDDEN, num_hidden_layers=LAYERS, num_attention_heads=HEADS, num_key_value_heads=KV_HEADS, intermediate_size=INNER,
        vocab_size=VOCABULARY, max_position_embeddings=131072, rope_theta=500000.0, tie_word_embeddings=False)
    config._attn_implementation = "sdpa"  # pages are added to it
    torch.set_default_dtype(torch.bfloat16)
    with torch.device(device):
        model = transformers.LlamaForCausalLM(config).eval()
    generation = transformers.GenerationConfig(
        max_new_tokens=output, do_sample=False, eos_token_id=-1, pad_token_id=0, bos_token_id=1)
    inputs = torch.randint(VOCABULARY, (rows, prompt)).tolist()
    with torch.no_grad():
        model.generate_batch(inputs=inputs[:4], generation_config=generation, progress_bar=False)
        start = time.monotonic()
        results = model.generate_batch(inputs=inputs, generation_config=generation, progress_bar=False)
        seconds = time.monotonic() - start
    generated = sum(len(result.generated_tokens) for result in results.values())
    if generated != rows * output:
        raise RuntimeError(f"{generated} tokens were generated, not {rows * output}")
    return generated / seconds, f"{rows} rows in {seconds:.1f} s; BF16 weights and cache, paged SDPA"


def main(path, gpu, seconds):
    end = time.monotonic() + float(seconds)
    device = torch.device("cuda", int(gpu))
    torch.cuda.set_device(device)
    report = {"gpu": torch.cuda.get_device_name(device), "versions": f"PyTorch {torch.__version__}", "results": []}

    def measure(workload, peer, work, least):
        """Adds a peer's rate, or why there is none; the file is whole after each."""
        if end - time.monotonic() < least:
            result = {"error": "not measured: the time of this part was over"}
        else:
            try:
                rate, text = work()
                result = {"tokensPerSecond": rate, "text": text}
            except Exception as error:
                result = {"error": f"{type(error).__name__}: {error}"[:500]}
        report["results"].append({"workload": workload, "peer": peer} | result)
        with open(path, "w") as file:
            json.dump(report, file)
        gc.collect()
        torch.cuda.empty_cache()

    with torch.no_grad():
        model = Model(device)
        fused = model.fuse()
        for prompt, output in LENGTHS:
            measure(f"{prompt}/{output}", "PyTorch, a static batch", lambda: static_batch(model, prompt, output, fused), 8)
    del model
    gc.collect()
    torch.cuda.empty_cache()

    import transformers

    report["versions"] += f", transformers {transformers.__version__}"
    for prompt, output in BATCHED_LENGTHS:
        # Its cost grows with rows and their lengths: as many as end within a minute on a GPU like this.
        measure(f"{prompt}/{output}", "transformers, continuous batching",
                lambda: continuous_batching(transformers, device, prompt, output, 128 if output < 500 else 32), 60)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
