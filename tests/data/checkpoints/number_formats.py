"""E4M3, E2M1, BF16 and signed bytes, from their definitions, in numpy. Shared by the fixture makers, not with the product.

Every encoder also says how far each input is from the nearest tie and how wide the step there is, so that fixtures can be
chosen whose rounding does not hang on the last bit of a float32 sum.
"""
from fractions import Fraction

import numpy as np


def e4m3_value(code):
    """Sign, 4 exponent bits with bias 7, 3 mantissa bits; no infinity; NaN at 0x7F and 0xFF."""
    sign, exponent, mantissa = code >> 7, (code >> 3) & 15, code & 7
    if exponent == 15 and mantissa == 7:
        return None
    magnitude = Fraction(mantissa, 8) * Fraction(2) ** -6 if exponent == 0 else (1 + Fraction(mantissa, 8)) * Fraction(2) ** (exponent - 7)
    return -magnitude if sign else magnitude


def e2m1_value(code):
    """Sign, 2 exponent bits with bias 1, 1 mantissa bit; no infinity, no NaN."""
    sign, exponent, mantissa = code >> 3, (code >> 1) & 3, code & 1
    magnitude = Fraction(mantissa, 2) if exponent == 0 else (1 + Fraction(mantissa, 2)) * Fraction(2) ** (exponent - 1)
    return -magnitude if sign else magnitude


E4M3 = np.array([float(e4m3_value(c)) for c in range(127)])  # codes 0 to 126, ascending
E2M1 = np.array([float(e2m1_value(c)) for c in range(8)])  # codes 0 to 7, ascending


def _nearest(magnitude, values):
    """Index of the nearest value, ties to the even index; distance to the nearest tie; the step that is taken there."""
    ties = (values[:-1] + values[1:]) / 2
    low = np.searchsorted(ties, magnitude, side="left")  # the first tie that is not below
    on_tie = (low < len(ties)) & (ties[np.minimum(low, len(ties) - 1)] == magnitude)
    index = np.where(on_tie & (low % 2 == 1), low + 1, low)
    above, below = np.minimum(low, len(ties) - 1), np.maximum(low - 1, 0)
    closest = np.where(np.abs(magnitude - ties[above]) < np.abs(magnitude - ties[below]), above, below)
    return index, (np.abs(magnitude - ties[closest]), np.diff(values)[closest])


def encode_e4m3(x):
    """Codes, and (distance, step) of the nearest ties; saturates at 448."""
    index, near = _nearest(np.abs(x.astype(np.float64)), E4M3)
    return (index | np.where(np.signbit(x), 0x80, 0)).astype(np.uint8), near


def encode_e2m1(x):
    index, near = _nearest(np.abs(x.astype(np.float64)), E2M1)
    return (index | np.where(x < 0, 8, 0)).astype(np.uint8), near


def decode_e4m3(codes):
    return np.where(codes & 0x80, -1.0, 1.0) * E4M3[codes & 0x7F]


def decode_e2m1(codes):
    return np.where(codes & 8, -1.0, 1.0) * E2M1[codes & 7]


def encode_int8(x):
    """Codes -127 to 127, and (distance, step) of the nearest ties."""
    x = x.astype(np.float64)
    return np.clip(np.rint(x), -127, 127), (np.abs(x - np.floor(x) - 0.5), np.ones_like(x))


def bf16_bits(x):
    """float32 to BF16, ties to even."""
    bits = np.asarray(x, np.float32).view(np.uint32)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype(np.uint16)


def bf16(x):
    """Rounded to BF16, as float32."""
    return (bf16_bits(x).astype(np.uint32) << 16).view(np.float32)
