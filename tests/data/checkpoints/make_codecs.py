#!/usr/bin/python3
"""Writes codecs.json: every E4M3 and E2M1 code, rounding at every value, tie and neighbour of a tie, and worked examples.

    /usr/bin/python3 tests/data/checkpoints/make_codecs.py

Values and ties are exact fractions of the formats' definitions; what an encoder must give is found by comparing exact
distances to all codes. float32 values are written as their bits in hexadecimal.
"""
import json
import struct
from fractions import Fraction
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent


def e4m3_value(code):
    sign, exponent, mantissa = code >> 7, (code >> 3) & 15, code & 7
    if exponent == 15 and mantissa == 7:
        return None
    step = Fraction(2) ** (max(exponent, 1) - 7 - 3)
    return (-1 if sign else 1) * step * (mantissa + (8 if exponent else 0))


def e2m1_value(code):
    return (-1 if code & 8 else 1) * [Fraction(v) / 2 for v in (0, 1, 2, 3, 4, 6, 8, 12)][code & 7]


def bits(x):
    return struct.pack(">f", x).hex()


def nearest(magnitude, values):
    """The code whose value is nearest; of two, the even one."""
    best = min(abs(magnitude - v) for v in values)
    codes = [c for c, v in enumerate(values) if abs(magnitude - v) == best]
    return codes[0] if len(codes) == 1 else next(c for c in codes if c % 2 == 0)


def inputs(values):
    """Every value and every tie between two, each with its float32 neighbours; then what saturates."""
    points = [float(v) for v in values] + [float((a + b) / 2) for a, b in zip(values, values[1:])]
    for p in points:
        x = np.float32(p)
        assert float(x) == p
        yield from (float(x), float(np.nextafter(x, np.float32(-1e30))), float(np.nextafter(x, np.float32(1e30))))
    top = float(values[-1])
    yield from (top * 1.01, top * 1.0357, top * 2, 65504.0, float(np.finfo(np.float32).max), float("inf"))
    yield from (float(np.float32(1e-45)), float(np.finfo(np.float32).tiny))


def encodings(values, sign_bit, signed_zero):
    """Pairs [bits of x, code]. signed_zero: whether -0 keeps its sign."""
    top, result = Fraction(values[-1]), {}
    for m in inputs(values):
        for x in (m, -m):
            magnitude = top if abs(x) == float("inf") else min(abs(Fraction(float(np.float32(x)))), top)
            negative = np.signbit(np.float32(x)) if signed_zero else x < 0
            result[bits(np.float32(x))] = nearest(magnitude, values) | (sign_bit if negative else 0)
    return [[x, code] for x, code in sorted(result.items())]


def worked_examples():
    """The specification's examples, by its own words; codes in hexadecimal."""
    return {
        "fp8Static": {
            "weightScale": bits(1.75 / 448), "weights": [bits(w) for w in (0.02, -0.5, 1.75, 0.001)], "weightCodes": "4af07e28",
            "weightValues": [bits(w) for w in (0.01953125, -0.5, 1.75, 0.0009765625)],
            "inputScale": bits(12.5 / 448), "inputs": [bits(x) for x in (0.3, -7.1, 12.5, 20.0)], "inputCodes": "53f87e7e"},
        "fp8PerToken": {"row": [bits(x) for x in (0.02, -1.5, 0.75, 3.2)], "scale": bits(3.2 / 448), "codes": "43f56d7e"},
        "nvfp4Weight": {
            "globalScale": bits(0.001), "blockScale": "6d", "bytes": "85421e307a5fd4b1",
            "values": [0.312, -0.0, 0.104, 0.208, -0.416, 0.052, 0, 0.156, -0.104, 0.624, -0.624, 0.312, 0.208, -0.312, 0.052, -0.156]},
        "nvfp4Input": {
            "inputScale": bits(40 / 2688), "blockScale": "67", "bytes": "b1054a0f211c8740",
            "row": [bits(x) for x in (0.5, -1.25, 3, 0.1, -0.75, 2.2, -4.8, 0, 0.3, 1, -2, 0.6, 5.5, -0.2, 0.05, 1.6)]},
        "int4": {"inputs": 32, "outputs": 2, "block": 16, "onnxStart": "d80b3e6194c7fa2d", "matMulNBitsStart": "3096fc52",
                 "scale": bits(float(np.float16(0.05))), "first": bits(-8 * float(np.float16(0.05)))},
    }


def main():
    e4m3 = [e4m3_value(c) for c in range(127)]
    e2m1 = [e2m1_value(c) for c in range(8)]
    nan = ["7fc00000", "ffc00000", "7f800001"]
    result = {
        "e4m3Values": [bits(float("nan") if e4m3_value(c) is None else -0.0 if c == 0x80 else float(e4m3_value(c))) for c in range(256)],
        "e4m3Encodings": encodings(e4m3, 0x80, signed_zero=True),
        "e2m1Values": [bits(-0.0 if c == 8 else float(e2m1_value(c))) for c in range(16)],
        "e2m1Encodings": encodings(e2m1, 8, signed_zero=False),
        "notANumber": nan,
        "examples": worked_examples(),
    }
    lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in result.items())
    (HERE / "codecs.json").write_text("{" + lines + "}\n")
    print(len(result["e4m3Encodings"]), "E4M3 and", len(result["e2m1Encodings"]), "E2M1 encodings")


if __name__ == "__main__":
    main()
