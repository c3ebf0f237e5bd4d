// e^x as the CPU engine has it, to the bit: 2^n e^r with |r| at most ln 2 / 2, and a polynomial for e^r (Moshier, Cephes,
// expf). A draw sums such weights, and must fall on the token that the CPU's falls on.
#pragma once

#include "gpu.h"

DEVICE float exponential(float x)
{
    constexpr float Largest = 88.37f;
    constexpr float Smallest = -87.336f;
    constexpr float Log2E = 1.44269504f;
    constexpr float Ln2High = 0.693359375f;
    constexpr float Ln2Low = -2.12194440e-4f;
    constexpr float Rounder = 12582912; // 1.5 * 2^23: adding it rounds to a whole number, which stands in the lowest bits
    float held = x > Largest ? Largest : x;
    float whole = fma_rn(held, Log2E, Rounder);
    float n = whole - Rounder;
    float r = fma_rn(n, -Ln2High, held);
    r = fma_rn(n, -Ln2Low, r);
    float scale = bits_float((float_bits(whole) << 23) + 0x3F800000);
    float p = 1.9875691500e-4f;
    p = fma_rn(p, r, 1.3981999507e-3f);
    p = fma_rn(p, r, 8.3334519073e-3f);
    p = fma_rn(p, r, 4.1665795894e-2f);
    p = fma_rn(p, r, 1.6666665459e-1f);
    p = fma_rn(p, r, 5.0000001201e-1f);
    p = fma_rn(p, r * r, r) + 1;
    return x < Smallest ? 0 : p * scale;
}
