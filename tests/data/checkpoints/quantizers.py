"""Makes quantized weights as the exporters do; gives what goes to disk and what it dequantizes to."""
import numpy as np

import number_formats as formats
from containers import stored, stored_bf16
from reference_model import F32, Linear


def scalar(value, shape):
    """One float32 as shape [] or [1]: publishers write both."""
    return stored("F32", np.array(value, F32).reshape(shape))


def fp8_tensor(w):
    """One scale for the whole matrix."""
    scale = F32(np.abs(w).max() / 448)
    codes, _ = formats.encode_e4m3(w.astype(F32) / scale)
    values = formats.decode_e4m3(codes)
    linear = Linear((values.astype(F32) * scale).astype(F32), values * float(scale))
    return linear, {"weight": stored("F8_E4M3", codes), "weight_scale": scale}


def fp8_channel(w):
    """One BF16 scale per output."""
    scale = formats.bf16(np.abs(w).max(1, keepdims=True) / 448)
    codes, _ = formats.encode_e4m3((w / scale).astype(F32))
    values = formats.decode_e4m3(codes)
    linear = Linear((values.astype(F32) * scale).astype(F32), values * scale.astype(np.float64))
    return linear, {"weight": stored("F8_E4M3", codes), "weight_scale": stored_bf16(scale)}


def int8_channel(w):
    """One BF16 scale per output; -128 occurs once, as such files may hold it."""
    scale = formats.bf16(np.abs(w).max(1, keepdims=True) / 127)
    codes = np.clip(np.rint(w / scale), -128, 127) + 0.0  # integers have no negative zero, which rounding may give
    codes[3, 5] = -128
    linear = Linear((codes.astype(F32) * scale).astype(F32), codes * scale.astype(np.float64))
    return linear, {"weight": stored("I8", codes), "weight_scale": stored_bf16(scale)}


def nvfp4(w, largest):
    """E2M1 codes in blocks of 16. largest is that of the tensor, or of all tensors that share the global scale."""
    scale2 = F32(largest / 2688)
    blocks = w.astype(F32).reshape(w.shape[0], -1, 16)
    raw = np.abs(blocks).max(2) / (F32(6) * scale2)
    raw[raw == 0] = 1
    block_codes, _ = formats.encode_e4m3(raw)
    block_scales = formats.decode_e4m3(block_codes).astype(F32)
    with np.errstate(divide="ignore", invalid="ignore"):
        codes, _ = formats.encode_e2m1(np.nan_to_num(blocks / (block_scales * scale2)[:, :, None]))
    product = formats.decode_e2m1(codes) * block_scales[:, :, None]  # exact
    linear = Linear((product.astype(F32) * scale2).reshape(w.shape), (product * float(scale2)).reshape(w.shape))
    flat = codes.reshape(w.shape)
    packed = (flat[:, 0::2] | flat[:, 1::2] << 4).astype(np.uint8)
    return linear, {"weight": stored("U8", packed), "weight_scale": stored("F8_E4M3", block_codes), "weight_scale_2": scale2}


def int4(w, block, asymmetric):
    """Signed codes -8 to 7 without, or unsigned codes with, a zero point per block; FP16 scales.

    Returns the linear layer, codes [N, K], scales [N, K / block] and zero points or None.
    """
    blocks = w.astype(np.float64).reshape(w.shape[0], -1, block)
    if asymmetric:
        low, high = np.minimum(blocks.min(2), 0), np.maximum(blocks.max(2), 0)
        scales = ((high - low) / 15).astype(np.float16)
        zeros = np.clip(np.rint(-low / scales), 0, 15)
        codes = np.clip(np.rint(blocks / scales[:, :, None]) + zeros[:, :, None], 0, 15)
        steps = codes - zeros[:, :, None]
    else:
        scales, zeros = (np.abs(blocks).max(2) / 7).astype(np.float16), None
        codes = steps = np.clip(np.rint(blocks / scales[:, :, None].astype(np.float64)), -8, 7) + 0.0
    weights = (steps.astype(F32) * scales[:, :, None].astype(F32)).reshape(w.shape)
    return Linear(weights), codes.reshape(w.shape).astype(np.int64), scales, zeros


def check_examples():
    """Worked examples of the specification."""
    w = np.array([[0.31, -0.02, 0.11, 0.24, -0.48, 0.05, 0, 0.16, -0.09, 0.62, -0.62, 0.36, 0.20, -0.27, 0.075, -0.14]])
    _, tensors = nvfp4(w, 2.688)
    assert tensors["weight"].data.hex() == "85421e307a5fd4b1" and tensors["weight_scale"].data.hex() == "6d"
    _, tensors = fp8_tensor(np.array([[0.02, -0.5, 1.75, 0.001]]))
    assert tensors["weight"].data.hex() == "4af07e28"
