"""A small Llama in PyTorch: training pass, batched greedy decoding, and a plain safetensors file.

Parameter names are those of a Hugging Face LlamaForCausalLM. All rows of a batch begin with the same
tokens (layout and system prompt), so those are computed once and shared; the rest is padded on the
left, which puts every answer at the right edge.
"""
import json
import struct

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

IGNORED = -100


class Config:
    def __init__(self, vocab_size, hidden=256, layers=3, heads=8, kv_heads=4, head_dim=32, ffn=512,
                 rope_theta=10000.0, eps=1e-5, max_positions=1024):
        self.vocab_size, self.hidden, self.layers, self.ffn = vocab_size, hidden, layers, ffn
        self.heads, self.kv_heads, self.head_dim = heads, kv_heads, head_dim
        self.rope_theta, self.eps, self.max_positions = rope_theta, eps, max_positions

    def to_json(self, begin_id, stop_ids):
        return {
            "architectures": ["LlamaForCausalLM"], "attention_bias": False, "attention_dropout": 0.0,
            "bos_token_id": begin_id, "eos_token_id": stop_ids, "head_dim": self.head_dim, "hidden_act": "silu",
            "hidden_size": self.hidden, "initializer_range": 0.02, "intermediate_size": self.ffn,
            "max_position_embeddings": self.max_positions, "mlp_bias": False, "model_type": "llama",
            "num_attention_heads": self.heads, "num_hidden_layers": self.layers,
            "num_key_value_heads": self.kv_heads, "pretraining_tp": 1, "rms_norm_eps": self.eps,
            "rope_scaling": None, "rope_theta": self.rope_theta, "tie_word_embeddings": True,
            "torch_dtype": "bfloat16", "use_cache": True, "vocab_size": self.vocab_size,
        }

    @staticmethod
    def from_json(c):
        return Config(c["vocab_size"], c["hidden_size"], c["num_hidden_layers"], c["num_attention_heads"],
                      c["num_key_value_heads"], c["head_dim"], c["intermediate_size"], c["rope_theta"],
                      c["rms_norm_eps"], c["max_position_embeddings"])


class RmsNormFunction(torch.autograd.Function):
    """RMSNorm with a hand-written backward pass: fewer passes over memory than autograd's own."""

    @staticmethod
    def forward(ctx, x, weight, eps):
        scale = torch.rsqrt(x.square().mean(-1, keepdim=True) + eps)
        unit = x * scale
        ctx.save_for_backward(unit, scale, weight)
        return unit * weight

    @staticmethod
    def backward(ctx, grad):
        unit, scale, weight = ctx.saved_tensors
        grad_weight = (grad * unit).sum(0)
        grad_unit = grad * weight
        along = (grad_unit * unit).mean(-1, keepdim=True)
        return grad_unit.addcmul_(unit, along, value=-1).mul_(scale), grad_weight, None


class RmsNorm(nn.Module):
    def __init__(self, size, eps):
        super().__init__()
        self.weight, self.eps = nn.Parameter(torch.ones(size)), eps

    def forward(self, x):
        return RmsNormFunction.apply(x, self.weight, self.eps)


def linear(inputs, outputs):
    return nn.Linear(inputs, outputs, bias=False)


class Attention(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.q_proj = linear(c.hidden, c.heads * c.head_dim)
        self.k_proj = linear(c.hidden, c.kv_heads * c.head_dim)
        self.v_proj = linear(c.hidden, c.kv_heads * c.head_dim)
        self.o_proj = linear(c.heads * c.head_dim, c.hidden)


class Mlp(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.gate_proj, self.up_proj = linear(c.hidden, c.ffn), linear(c.hidden, c.ffn)
        self.down_proj = linear(c.ffn, c.hidden)

    def forward(self, x):
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


def rotate(x, cos, sin):
    """Half-split rotation; x [rows, heads, dim], cos and sin [rows, 1, dim/2]."""
    a, b = x.chunk(2, -1)
    return torch.cat((a * cos - b * sin, b * cos + a * sin), -1)


def attend(q, k, v, mask):
    """q [B, T, Hq, D], k and v [B, Hkv, S, D], mask [B or 1, T, S] to add. Returns [B, T, Hq * D]."""
    batch, steps, heads, dim = q.shape
    groups = k.shape[1]
    q = q.view(batch, steps, groups, heads // groups, dim).permute(0, 2, 3, 1, 4)
    q = q.reshape(batch, groups, -1, dim) * dim ** -0.5
    scores = (q @ k.transpose(-1, -2)).view(batch, heads, steps, -1) + mask.unsqueeze(1)
    weights = torch.softmax(scores, -1).view(batch, groups, -1, k.shape[2])
    out = (weights @ v).view(batch, heads, steps, dim)
    return out.transpose(1, 2).reshape(batch, steps, heads * dim)


class Layer(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.config = c
        self.input_layernorm, self.post_attention_layernorm = RmsNorm(c.hidden, c.eps), RmsNorm(c.hidden, c.eps)
        self.self_attn, self.mlp = Attention(c), Mlp(c)

    def queries(self, normed, cos, sin):
        return rotate(self.self_attn.q_proj(normed).view(len(normed), self.config.heads, -1), cos, sin)

    def keys_values(self, normed, cos, sin):
        shape = (len(normed), self.config.kv_heads, self.config.head_dim)
        return rotate(self.self_attn.k_proj(normed).view(shape), cos, sin), self.self_attn.v_proj(normed).view(shape)

    def finish(self, rows, attended):
        rows = rows + self.self_attn.o_proj(attended)
        return rows + self.mlp(self.post_attention_layernorm(rows))


class Body(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.embed_tokens = nn.Embedding(c.vocab_size, c.hidden)
        self.layers = nn.ModuleList(Layer(c) for _ in range(c.layers))
        self.norm = RmsNorm(c.hidden, c.eps)


class Llama(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config, self.model = config, Body(config)
        self._reset(config)
        self.cos, self.sin = self._angles(config)

    def _reset(self, c):
        for name, p in self.named_parameters():
            if p.dim() == 2:
                # The last matrix of each branch starts small so that the residual stream does.
                small = name.endswith(("o_proj.weight", "down_proj.weight"))
                nn.init.normal_(p, std=0.02 / (2 * c.layers) ** 0.5 if small else 0.05)

    @staticmethod
    def _angles(c):
        frequencies = c.rope_theta ** (-torch.arange(0, c.head_dim, 2, dtype=torch.float64) / c.head_dim)
        angles = torch.arange(c.max_positions).float()[:, None] * frequencies.float()
        return angles.cos(), angles.sin()

    def logits(self, rows):
        return F.linear(self.model.norm(rows), self.model.embed_tokens.weight)

    def run(self, shared, tokens, pads, edge=None, cache=None):
        """Rows of the last `edge` positions after all layers, [B, edge, hidden].

        shared [P]: the tokens every row begins with. tokens [B, T]: what follows, padded on the left
        by pads [B]. The last layer computes queries for the edge alone, since nothing else is read.
        With cache (an empty list) the keys and values of every layer are appended to it.
        """
        (batch, steps), first = tokens.shape, len(shared)
        edge = edge or steps
        at = (torch.arange(steps) + first).repeat(batch, 1) - pads[:, None]
        positions = torch.cat((torch.arange(first), at.clamp(min=0).flatten()))
        cos, sin = self.cos[positions].unsqueeze(1), self.sin[positions].unsqueeze(1)
        mask, shared_mask = row_mask(first, steps, pads), row_mask(0, first, torch.zeros(1, dtype=torch.long))
        rows = self.model.embed_tokens(torch.cat((shared, tokens.flatten())))
        for layer in self.model.layers:
            last = layer is self.model.layers[-1]
            normed = layer.input_layernorm(rows)
            k, v = layer.keys_values(normed, cos, sin)
            k_all, v_all = join_shared(k, first, batch), join_shared(v, first, batch)
            if cache is not None:
                cache.append((k_all, v_all))
            if last:
                rows, normed, cos_q, sin_q = (edge_of(x, first, batch, edge) for x in (rows, normed, cos, sin))
                q = layer.queries(normed, cos_q, sin_q).view(batch, edge, -1, self.config.head_dim)
                attended = attend(q, k_all, v_all, mask[:, -edge:]).flatten(0, 1)
            else:
                q = layer.queries(normed, cos, sin)
                own = attend(q[first:].view(batch, steps, -1, self.config.head_dim), k_all, v_all, mask)
                head = attend(q[None, :first], k_all[:1, :, :first], v_all[:1, :, :first], shared_mask)
                attended = torch.cat((head.flatten(0, 1), own.flatten(0, 1)))
            rows = layer.finish(rows, attended)
        return rows.view(batch, edge, -1)

    def step(self, tokens, positions, cache, mask):
        """One more token per row on top of the cache; returns the logits [B, vocabulary]."""
        rows = self.model.embed_tokens(tokens)
        cos, sin = self.cos[positions].unsqueeze(1), self.sin[positions].unsqueeze(1)
        for i, layer in enumerate(self.model.layers):
            normed = layer.input_layernorm(rows)
            k, v = layer.keys_values(normed, cos, sin)
            k, v = (torch.cat((old, new.unsqueeze(2)), 2) for old, new in zip(cache[i], (k, v)))
            cache[i] = (k, v)
            attended = attend(layer.queries(normed, cos, sin).unsqueeze(1), k, v, mask)
            rows = layer.finish(rows, attended.flatten(0, 1))
        return self.logits(rows)


def row_mask(first, steps, pads):
    """Additive mask [B, T, first + T]: causal, blind to the padding, open to the shared tokens."""
    at = torch.arange(steps)
    visible = (at[None, :] <= at[:, None])[None] & (at[None, None, :] >= pads[:, None, None])
    mask = torch.zeros(visible.shape).masked_fill_(~visible, -1e9)
    return F.pad(mask, (first, 0))


def join_shared(x, first, batch):
    """[P + B*T, heads, dim] -> [B, heads, P + T, dim] with the shared rows in front of each."""
    own = x[first:].view(batch, -1, *x.shape[1:])
    return torch.cat((x[None, :first].expand(batch, -1, -1, -1), own), 1).transpose(1, 2)


def edge_of(x, first, batch, edge):
    return x[first:].view(batch, -1, *x.shape[1:])[:, -edge:].flatten(0, 1)


def pad_left(rows, fill=0):
    width = max(map(len, rows))
    pads = torch.tensor([width - len(r) for r in rows])
    return torch.tensor([[fill] * (width - len(r)) + r for r in rows]), pads


@torch.no_grad()
def greedy(model, shared, prompts, stop_ids, limit=64):
    """Greedy answers, without the stop token, for prompts that follow the shared tokens."""
    tokens, pads = pad_left(prompts)
    cache = []
    logits = model.logits(model.run(shared, tokens, pads, edge=1, cache=cache).flatten(0, 1))
    positions = torch.tensor([len(shared) + len(p) for p in prompts])
    mask = row_mask(len(shared), tokens.shape[1], pads)[:, -1:]
    answers, open_rows = [[] for _ in prompts], set(range(len(prompts)))
    for _ in range(limit):
        chosen = logits.argmax(-1)
        for i in list(open_rows):
            if chosen[i].item() in stop_ids:
                open_rows.remove(i)
            else:
                answers[i].append(chosen[i].item())
        if not open_rows:
            break
        mask = F.pad(mask, (0, 1))
        logits = model.step(chosen, positions, cache, mask)
        positions = positions + 1
    return answers


def to_bf16_bits(values):
    """f32 array -> the upper 16 bits, rounded to nearest even."""
    bits = np.ascontiguousarray(values, dtype=np.float32).view(np.uint32)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype("<u2")


def from_bf16_bits(bits):
    return (bits.astype(np.uint32) << 16).view(np.float32)


def write_safetensors(path, tensors):
    header, chunks, offset = {"__metadata__": {"format": "pt"}}, [], 0
    for name in sorted(tensors):
        data = to_bf16_bits(tensors[name].detach().numpy())
        header[name] = {"dtype": "BF16", "shape": list(data.shape), "data_offsets": [offset, offset + data.nbytes]}
        chunks.append(data.tobytes())
        offset += data.nbytes
    text = json.dumps(header, separators=(",", ":")).encode("utf-8")
    text += b" " * (-len(text) % 8)  # the data starts on a multiple of 8
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(chunks))


def read_safetensors(path):
    raw = path.read_bytes()
    size = struct.unpack_from("<Q", raw)[0]
    header = json.loads(raw[8:8 + size])
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = (8 + size + o for o in entry["data_offsets"])
            values = from_bf16_bits(np.frombuffer(raw[begin:end], "<u2"))
            tensors[name] = torch.from_numpy(values.reshape(entry["shape"]).copy())
    return tensors


def load(folder):
    """The model of a checkpoint folder: BF16 weights, computed in f32."""
    model = Llama(Config.from_json(json.loads((folder / "config.json").read_text(encoding="utf-8"))))
    model.load_state_dict(read_safetensors(folder / "model.safetensors"))
    return model.eval()
