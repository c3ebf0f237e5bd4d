// Small number formats as bits. Pairs have their first element in the lower half.
#pragma once

#ifdef __CUDACC_RTC__
DEVICE u32 float_bits(float x) { return __float_as_uint(x); }

DEVICE float bits_float(u32 x) { return __uint_as_float(x); }
#else
DEVICE u32 float_bits(float x) { return __builtin_bit_cast(u32, x); }

DEVICE float bits_float(u32 x) { return __builtin_bit_cast(float, x); }
#endif

// The bytes of b:a, a being bytes 0 to 3, that the four lower nibbles of the selector name.
DEVICE u32 byte_permute(u32 a, u32 b, u32 selector)
{
#if EMULATED
    u64 bytes = static_cast<u64>(b) << 32 | a;
    u32 result = 0;
    for (u32 i = 0; i < 4; i++)
    {
        result |= static_cast<u32>(bytes >> (selector >> 4 * i & 7) * 8 & 0xFF) << 8 * i;
    }
    return result;
#else
    u32 result;
    asm("prmt.b32 %0, %1, %2, %3;" : "=r"(result) : "r"(a), "r"(b), "r"(selector));
    return result;
#endif
}

DEVICE u32 rotate_left(u32 x, u32 bits) { return x << bits | x >> (32 - bits); } // by 1 to 31

// (x & mask) | y in one instruction, of which no more than one operand may be a constant in its code.
DEVICE u32 and_or(u32 x, u32 mask, u32 y)
{
#if EMULATED
    return (x & mask) | y;
#else
    u32 result;
    asm("lop3.b32 %0, %1, %2, %3, 0xEA;" : "=r"(result) : "r"(x), "r"(mask), "r"(y));
    return result;
#endif
}

DEVICE float bf16_to_f32(u16 x) { return bits_float(static_cast<u32>(x) << 16); }

// Nearest, ties to even; NaN stays one.
DEVICE u16 f32_to_bf16(float x)
{
#if EMULATED
    u32 bits = float_bits(x);
    return static_cast<u16>((x == x ? bits + 0x7FFF + (bits >> 16 & 1) : 0x7FFF0000) >> 16);
#else
    u16 result;
    asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(result) : "f"(x));
    return result;
#endif
}

DEVICE u32 pack_bf16x2(float lower, float upper)
{
#if EMULATED
    return f32_to_bf16(lower) | static_cast<u32>(f32_to_bf16(upper)) << 16;
#else
    u32 result;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(result) : "f"(upper), "f"(lower));
    return result;
#endif
}

DEVICE float2 bf16x2_to_f32(u32 x) { return float2{bits_float(x << 16), bits_float(x & 0xFFFF0000)}; }

DEVICE float f16_to_f32(u16 x)
{
#if EMULATED
    return emulator::half_value(x);
#else
    float result;
    asm("cvt.f32.f16 %0, %1;" : "=f"(result) : "h"(x));
    return result;
#endif
}

DEVICE float2 f16x2_to_f32(u32 x)
{
    return float2{f16_to_f32(static_cast<u16>(x)), f16_to_f32(static_cast<u16>(x >> 16))};
}

// Nearest, ties to even.
DEVICE u32 pack_f16x2(float lower, float upper)
{
#if EMULATED
    return emulator::half_bits(lower) | static_cast<u32>(emulator::half_bits(upper)) << 16;
#else
    u32 result;
    asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(result) : "f"(upper), "f"(lower));
    return result;
#endif
}

// Nearest, ties to even; beyond 448 saturates; NaN becomes 0x7F.
DEVICE u16 pack_e4m3x2(float lower, float upper)
{
#if EMULATED
    return static_cast<u16>(emulator::e4m3_code(lower) | emulator::e4m3_code(upper) << 8);
#else
    u16 result;
    asm("cvt.rn.satfinite.e4m3x2.f32 %0, %1, %2;" : "=h"(result) : "f"(upper), "f"(lower));
    return result;
#endif
}

DEVICE u8 e4m3_from_f32(float x) { return static_cast<u8>(pack_e4m3x2(x, 0)); }

// Exact: every E4M3 is an F16.
DEVICE u32 e4m3x2_to_f16x2(u16 x)
{
#if EMULATED
    return emulator::e4m3_half(x & 0xFF) | static_cast<u32>(emulator::e4m3_half(x >> 8)) << 16;
#else
    u32 result;
    asm("cvt.rn.f16x2.e4m3x2 %0, %1;" : "=r"(result) : "h"(x));
    return result;
#endif
}

DEVICE float e4m3_to_f32(u8 x) { return f16_to_f32(static_cast<u16>(e4m3x2_to_f16x2(x))); }

// Four of them at once: bytes 0 and 1, then 2 and 3. The halves are not shifted apart, as two calls for pairs would be.
DEVICE void e4m3x4_to_f16x2(u32& lower, u32& upper, u32 x)
{
#if EMULATED
    lower = e4m3x2_to_f16x2(static_cast<u16>(x));
    upper = e4m3x2_to_f16x2(static_cast<u16>(x >> 16));
#else
    asm("{ .reg .b16 l, u; mov.b32 {l, u}, %2; cvt.rn.f16x2.e4m3x2 %0, l; cvt.rn.f16x2.e4m3x2 %1, u; }"
        : "=r"(lower), "=r"(upper)
        : "r"(x));
#endif
}

// E2M1, eight to a word, the first in its lowest four bits: nearest, ties to even; beyond 6 saturates; NaN becomes 6.
DEVICE u32 pack_e2m1x8(const float (&v)[8])
{
    u32 result = 0;
#if !EMULATED && __CUDA_ARCH__ >= 1000
    asm("{ .reg .b8 a, b, c, d;"
        " cvt.rn.satfinite.e2m1x2.f32 a, %2, %1; cvt.rn.satfinite.e2m1x2.f32 b, %4, %3;"
        " cvt.rn.satfinite.e2m1x2.f32 c, %6, %5; cvt.rn.satfinite.e2m1x2.f32 d, %8, %7;"
        " mov.b32 %0, {a, b, c, d}; }"
        : "=r"(result)
        : "f"(v[0]), "f"(v[1]), "f"(v[2]), "f"(v[3]), "f"(v[4]), "f"(v[5]), "f"(v[6]), "f"(v[7]));
#else
    for (u32 i = 0; i < 8; i++)
    {
        // How many of the borders between neighbours it is beyond; on a border the code whose last bit is 0 is nearest.
        float x = bits_float(float_bits(v[i]) & 0x7FFFFFFF);
        u32 code = (x > 0.25f) + (x >= 0.75f) + (x > 1.25f) + (x >= 1.75f) + (x > 2.5f) + (x >= 3.5f) + (x > 5);
        u32 sign = x == x ? float_bits(v[i]) >> 31 : 0;
        result |= (sign << 3 | (x == x ? code : 7)) << 4 * i;
    }
#endif
    return result;
}
