// Arithmetic. What is called approx differs between a GPU and the emulator in the last places: results are compared with a
// tolerance. All else is correctly rounded and the same everywhere.
#pragma once

DEVICE float fma_rn(float a, float b, float c)
{
#if EMULATED
    return __builtin_fmaf(a, b, c);
#else
    float result;
    asm("fma.rn.f32 %0, %1, %2, %3;" : "=f"(result) : "f"(a), "f"(b), "f"(c));
    return result;
#endif
}

// a b + c of both halves, BF16; for results that are BF16 numbers, since the emulator rounds others twice. Subnormal ones count.
DEVICE u32 fma_bf16x2(u32 a, u32 b, u32 c)
{
#if EMULATED
    float2 x = bf16x2_to_f32(a), y = bf16x2_to_f32(b), z = bf16x2_to_f32(c);
    return pack_bf16x2(__builtin_fmaf(x.x, y.x, z.x), __builtin_fmaf(x.y, y.y, z.y));
#else
    u32 result;
    asm("fma.rn.bf16x2 %0, %1, %2, %3;" : "=r"(result) : "r"(a), "r"(b), "r"(c));
    return result;
#endif
}

DEVICE float sqrt_rn(float x)
{
#if EMULATED
    return __builtin_sqrtf(x);
#else
    float result;
    asm("sqrt.rn.f32 %0, %1;" : "=f"(result) : "f"(x));
    return result;
#endif
}

DEVICE float div_rn(float a, float b)
{
#if EMULATED
    return a / b;
#else
    float result;
    asm("div.rn.f32 %0, %1, %2;" : "=f"(result) : "f"(a), "f"(b));
    return result;
#endif
}

// An instruction of one operand that has last places of its own, and what it says in plain C++.
#if EMULATED
#define APPROXIMATION(name, instruction, plain)                                                                      \
    DEVICE float name(float x) { return plain; }
#else
#define APPROXIMATION(name, instruction, plain)                                                                      \
    DEVICE float name(float x)                                                                                       \
    {                                                                                                                \
        float result;                                                                                                \
        asm(instruction " %0, %1;" : "=f"(result) : "f"(x));                                                         \
        return result;                                                                                               \
    }
#endif

// 2^x; 0 at minus infinity. Results below 2^-126 may be zero.
APPROXIMATION(exp2_approx, "ex2.approx.ftz.f32", __builtin_exp2f(x))
APPROXIMATION(log2_approx, "lg2.approx.f32", __builtin_log2f(x))
APPROXIMATION(rsqrt_approx, "rsqrt.approx.f32", 1 / __builtin_sqrtf(x))
APPROXIMATION(rcp_approx, "rcp.approx.f32", 1 / x)

#undef APPROXIMATION

// Nearest whole number, ties to even; beyond the range of i32 the nearest end, NaN is 0.
DEVICE i32 round_to_i32(float x)
{
#if EMULATED
    return x != x ? 0 : x >= 2147483648.0f ? 0x7FFFFFFF : x < -2147483648.0f ? -0x7FFFFFFF - 1 : static_cast<i32>(__builtin_rintf(x));
#else
    i32 result;
    asm("cvt.rni.s32.f32 %0, %1;" : "=r"(result) : "f"(x));
    return result;
#endif
}
