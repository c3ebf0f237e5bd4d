"""Llama's forward pass over dequantized weights, in float64, with activations and KV cache rounded where numerics say so.

Roundings take their input as float32 and scale it in float32, as the formats' definitions ask; everything between them is
float64 (or float32, to measure how much the order of float32 sums moves the result). Nothing else is rounded.
"""
import math

import numpy as np

import number_formats as formats

F32 = np.float32
NEGLIGIBLE = 1e-4  # in units of the row's root mean square


class Linear:
    """One linear layer: dequantized weights as float32 [N, K], unrounded products code x scale as float64 [N, K], and how
    its input is scaled. quantized is False for layers that the checkpoint leaves in 16 bits."""

    def __init__(self, weights, exact=None, input_scale=None, input_factors=None, quantized=True):
        self.weights = np.asarray(weights, F32)
        self.exact = self.weights.astype(np.float64) if exact is None else exact
        self.input_scale, self.input_factors, self.quantized = input_scale, input_factors, quantized


def plain(weights):
    return Linear(weights, quantized=False)


class Model:
    """config: heads, kv_heads, head_dim, eps. angles: cos and sin [positions, head_dim / 2]. layers: dicts of seven Linear
    (q, k, v, o, gate, up, down), two norms, and kv = (key scale, value scale)."""

    def __init__(self, config, embedding, layers, final_norm, head, angles):
        self.config, self.embedding, self.layers = config, embedding, layers
        self.final_norm, self.head, self.angles = final_norm, head, angles


def llama3_angles(theta, head_dim, positions, scaling, original=None):
    """The angle is a float32 product of position and frequency. original overrides the scaling's context length."""
    original = original or scaling["original_max_position_embeddings"]
    low, high, factor = scaling["low_freq_factor"], scaling["high_freq_factor"], scaling["factor"]
    frequencies = []
    for i in range(head_dim // 2):
        f = theta ** (-2 * i / head_dim)
        wavelength = 2 * math.pi / f
        if wavelength > original / low:
            f /= factor
        elif wavelength >= original / high:
            s = (original / wavelength - low) / (high - low)
            f = (1 - s) * f / factor + s * f
        frequencies.append(F32(f))
    angles = (np.arange(positions, dtype=F32)[:, None] * np.array(frequencies, F32)[None, :]).astype(np.float64)
    return np.cos(angles), np.sin(angles)


class Pass:
    """One sequence: feeds tokens, keeps keys and values, remembers how close any rounding came to a tie."""

    def __init__(self, model, numerics, kv, dtype=np.float64):
        self.model, self.numerics, self.kv, self.dtype = model, numerics, kv, dtype
        self.keys, self.values = [[] for _ in model.layers], [[] for _ in model.layers]
        self.position = 0
        self.margin = math.inf  # least distance to a tie, in units of the row's root mean square
        self.largest = {}  # (layer, linear) -> largest input so far

    def feed(self, tokens):
        """Logits after the last token."""
        for token in tokens:
            logits = self._step(token)
        return logits

    def _step(self, token):
        h = self.model.embedding[token].astype(self.dtype)
        for i, layer in enumerate(self.model.layers):
            a = self._norm(h, layer["input_norm"])
            h = h + self._linear(i, "o", self._attention(i, a))
            b = self._norm(h, layer["post_norm"])
            x = self._round_input(i, ("gate", "up"), b)
            gate, up = self._product(i, "gate", x), self._product(i, "up", x)
            h = h + self._linear(i, "down", gate / (1 + np.exp(-gate)) * up)
        self.position += 1
        return self.model.head.astype(self.dtype) @ self._norm(h, self.model.final_norm)

    def _norm(self, x, weight):
        return x / np.sqrt((x * x).mean() + self.dtype(self.model.config["eps"])) * weight.astype(self.dtype)

    def _attention(self, i, a):
        c, layer = self.model.config, self.model.layers[i]
        x = self._round_input(i, ("q", "k", "v"), a)
        q = self._rotate(self._product(i, "q", x).reshape(c["heads"], -1))
        k = self._rotate(self._product(i, "k", x).reshape(c["kv_heads"], -1))
        v = self._product(i, "v", x).reshape(c["kv_heads"], -1)
        self.keys[i].append(self._round_kv(k, layer["kv"][0]))
        self.values[i].append(self._round_kv(v, layer["kv"][1]))
        keys, values = np.stack(self.keys[i]), np.stack(self.values[i])  # [positions, kv heads, head dim]
        out = []
        for head in range(c["heads"]):
            kv_head = head // (c["heads"] // c["kv_heads"])
            scores = keys[:, kv_head] @ q[head] / self.dtype(math.sqrt(c["head_dim"]))
            weights = np.exp(scores - scores.max())
            out.append((weights / weights.sum()) @ values[:, kv_head])
        return np.concatenate(out)

    def _rotate(self, x):
        half = x.shape[1] // 2
        cos, sin = (t[self.position].astype(self.dtype) for t in self.model.angles)
        return np.concatenate([x[:, :half] * cos - x[:, half:] * sin, x[:, half:] * cos + x[:, :half] * sin], 1)

    def _linear(self, i, name, x):
        return self._product(i, name, self._round_input(i, (name,), x))

    def _product(self, i, name, x):
        linear = self.model.layers[i][name]
        weights = linear.weights if self.numerics in ("bf16", "w4a16") else linear.exact
        return weights.astype(self.dtype) @ x

    # --- roundings -------------------------------------------------------------------------------------------------

    def _round_input(self, i, names, x):
        linears = [self.model.layers[i][n] for n in names]
        if linears[0].input_factors is not None:
            x = x * linears[0].input_factors.astype(self.dtype)
        for name in names:
            self.largest[i, name] = max(self.largest.get((i, name), 0.0), float(np.abs(x).max()))
        if not linears[0].quantized or self.numerics in ("bf16", "w4a16"):
            return x
        if self.numerics in ("w8a8-static", "w4a4-emulated"):
            scale = F32(max(l.input_scale for l in linears))
            return (self._static_fp8 if self.numerics == "w8a8-static" else self._nvfp4)(x, scale)
        return self._dynamic_fp8(x) if self.numerics == "w8a8-dynamic" else self._dynamic_int8(x)

    def _note(self, x, near, scale):
        """Steps below NEGLIGIBLE are left out: one of them taken wrongly moves a sum over 128 inputs by less than 1e-5."""
        unit = math.sqrt(float((x * x).mean()))
        distance, step = near[0] * scale, near[1] * scale
        self.margin = min(self.margin, float(np.min(np.where(step < NEGLIGIBLE * unit, math.inf, distance)) / unit))

    def _static_fp8(self, x, scale):
        codes, near = formats.encode_e4m3(x.astype(F32) * (F32(1) / scale))
        self._note(x, near, float(scale))
        return (formats.decode_e4m3(codes) * float(scale)).astype(self.dtype)

    def _dynamic_fp8(self, x):
        x32 = x.astype(F32)
        scale = max(np.abs(x32).max() / F32(448), F32(1 / (448 * 512)))
        codes, near = formats.encode_e4m3(x32 / scale)
        self._note(x, near, float(scale))
        return (formats.decode_e4m3(codes) * float(scale)).astype(self.dtype)

    def _dynamic_int8(self, x):
        x32 = x.astype(F32)
        scale = np.abs(x32).max() / F32(127)
        codes, near = formats.encode_int8(x32 / scale)
        self._note(x, near, float(scale))
        return (codes * float(scale)).astype(self.dtype)

    def _nvfp4(self, x, input_scale):
        blocks = x.astype(F32).reshape(-1, 16)
        g = F32(1) / input_scale
        largest = np.abs(blocks).max(1)
        block_codes, near = formats.encode_e4m3(g * (largest * F32(1 / 6)))
        self._note(x, near, 6 / float(g))
        block_scales = formats.decode_e4m3(block_codes).astype(F32)
        with np.errstate(divide="ignore"):
            r = np.where(block_scales == 0, F32(0), F32(1) / (block_scales * (F32(1) / g)))
        codes, near = formats.encode_e2m1(blocks * r[:, None])
        self._note(x, near, (block_scales.astype(np.float64) * float(input_scale))[:, None])
        values = formats.decode_e2m1(codes) * block_scales[:, None].astype(np.float64) * float(input_scale)
        return values.reshape(-1).astype(self.dtype)

    def _round_kv(self, x, scale):
        if self.kv == "full":
            return x
        codes, near = formats.encode_e4m3(x.astype(F32) / F32(scale))
        self._note(x, near, scale)
        return (formats.decode_e4m3(codes) * float(F32(scale))).astype(self.dtype)
