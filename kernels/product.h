// The rows that a matrix product leaves and the next one reads, eight elements at a time. The product multiplies codes as
// they are, so that one product serves every scheme of scales; who reads its output applies them.
#pragma once

#include "gpu.h"
#include "reduce.h"

DEVICE void load_8(float (&v)[8], const float* p)
{
    uint4 lower = load_u4(p), upper = load_u4(p + 4);
    u32 bits[8] = {lower.x, lower.y, lower.z, lower.w, upper.x, upper.y, upper.z, upper.w};
    for (u32 i = 0; i < 8; i++)
    {
        v[i] = bits_float(bits[i]);
    }
}

DEVICE void load_8(float (&v)[8], const i32* p)
{
    uint4 lower = load_u4(p), upper = load_u4(p + 4);
    u32 bits[8] = {lower.x, lower.y, lower.z, lower.w, upper.x, upper.y, upper.z, upper.w};
    for (u32 i = 0; i < 8; i++)
    {
        v[i] = static_cast<float>(static_cast<i32>(bits[i]));
    }
}

// BF16.
DEVICE void load_8(float (&v)[8], const u16* p)
{
    uint4 pairs = load_u4(p);
    u32 bits[4] = {pairs.x, pairs.y, pairs.z, pairs.w};
    for (u32 i = 0; i < 4; i++)
    {
        float2 pair = bf16x2_to_f32(bits[i]);
        v[2 * i] = pair.x;
        v[2 * i + 1] = pair.y;
    }
}

DEVICE void store_8(float* p, const float (&v)[8])
{
    *reinterpret_cast<float4*>(p) = float4{v[0], v[1], v[2], v[3]};
    *reinterpret_cast<float4*>(p + 4) = float4{v[4], v[5], v[6], v[7]};
}

DEVICE void store_bf16_8(u16* p, const float (&v)[8])
{
    *reinterpret_cast<uint4*>(p) =
        uint4{pack_bf16x2(v[0], v[1]), pack_bf16x2(v[2], v[3]), pack_bf16x2(v[4], v[5]), pack_bf16x2(v[6], v[7])};
}

DEVICE void store_e4m3_8(u8* p, const float (&v)[8])
{
    u32 lower = pack_e4m3x2(v[0], v[1]) | static_cast<u32>(pack_e4m3x2(v[2], v[3])) << 16;
    u32 upper = pack_e4m3x2(v[4], v[5]) | static_cast<u32>(pack_e4m3x2(v[6], v[7])) << 16;
    *reinterpret_cast<uint2*>(p) = uint2{lower, upper};
}

// What the elements of one row of a product are multiplied by, but for their columns' scales.
DEVICE float row_factor(const float* row_scales, u32 row, float scale)
{
    return row_scales != nullptr ? scale * row_scales[row] : scale;
}

// Eight columns of a row, scaled. `column_scales` is null or stands at the first of them.
template <typename T>
DEVICE void load_scaled_8(float (&v)[8], const T* p, float factor, const float* column_scales)
{
    load_8(v, p);
    for (u32 i = 0; i < 8; i++)
    {
        v[i] *= factor;
    }
    if (column_scales != nullptr)
    {
        float scales[8];
        load_8(scales, column_scales);
        for (u32 i = 0; i < 8; i++)
        {
            v[i] *= scales[i];
        }
    }
}

// Forms of a product's input. What `factor` is, only the form knows; one with a scale per row makes it of the row's largest
// magnitude, and writes the scale that the product's reader applies.

struct ToBf16
{
    static constexpr bool PerRow = false;

    DEVICE float factor(float) { return 1; }

    DEVICE void store(void* row, u32 i, const float (&v)[8], float)
    {
        store_bf16_8(static_cast<u16*>(row) + i, v);
    }

    static constexpr u32 Bytes = 2;
};

// Static scales are inverted once and multiplied, row scales divide: that is what the published kernels do, and the CPU.
struct ToE4m3
{
    static constexpr bool PerRow = false;

    DEVICE float factor(float scale) { return div_rn(1, scale); }

    DEVICE void store(void* row, u32 i, const float (&v)[8], float factor)
    {
        float scaled[8];
        for (u32 j = 0; j < 8; j++)
        {
            scaled[j] = v[j] * factor;
        }
        store_e4m3_8(static_cast<u8*>(row) + i, scaled);
    }

    static constexpr u32 Bytes = 1;
};

struct ToE4m3Row
{
    static constexpr bool PerRow = true;

    // The smallest scale lets a row of zeros divide by something.
    DEVICE float factor(float largest) { return fmaxf(div_rn(largest, 448), div_rn(1, 448 * 512)); }

    DEVICE float scale(float largest) { return factor(largest); }

    DEVICE void store(void* row, u32 i, const float (&v)[8], float factor)
    {
        float scaled[8];
        for (u32 j = 0; j < 8; j++)
        {
            scaled[j] = div_rn(v[j], factor);
        }
        store_e4m3_8(static_cast<u8*>(row) + i, scaled);
    }

    static constexpr u32 Bytes = 1;
};

struct ToInt8Row
{
    static constexpr bool PerRow = true;

    DEVICE float factor(float largest)
    {
        float inverse = div_rn(127, largest);
        return magnitude_bits(inverse) < 0x7F800000 ? inverse : 0;
    }

    DEVICE float scale(float largest) { return div_rn(largest, 127); }

    DEVICE void store(void* row, u32 i, const float (&v)[8], float factor)
    {
        u32 words[2] = {};
        for (u32 j = 0; j < 8; j++)
        {
            words[j / 4] |= (static_cast<u32>(round_to_i32(v[j] * factor)) & 0xFF) << j % 4 * 8;
        }
        *reinterpret_cast<uint2*>(static_cast<u8*>(row) + i) = uint2{words[0], words[1]};
    }

    static constexpr u32 Bytes = 1;
};

// Writes a row that stands in shared memory, each thread what it put there itself, and whose largest magnitude all threads
// know together. All threads of the block call it.
template <typename Form>
DEVICE void store_row(void* row, float* row_scale, const float* held, u32 count, u32 largest_of_thread)
{
    float largest = bits_float(block_max(largest_of_thread));
    float factor = Form::factor(largest);
    for (u32 i = threadIdx.x * 8; i < count; i += blockDim.x * 8)
    {
        float v[8];
        load_8(v, held + i);
        Form::store(row, i, v, factor);
    }
    if (threadIdx.x == 0)
    {
        *row_scale = Form::scale(largest);
    }
}
