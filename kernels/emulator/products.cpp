// Matrix products, which a GPU's library computes: plain, with sums in float32 in one fixed order.
#include "products.h"

#include "../nvfp4.h"

#include <vector>

#include "workers.h"

using namespace emulator;

namespace
{

struct Operand
{
    const void* elements; // [rows, depth]
    const u8* scales;     // E4M3 of E2M1's blocks, in tiles
};

// A code of four bits and its block's scale: exact.
float decode_fp4(const Operand& x, size_t row, size_t k, size_t depth)
{
    static constexpr float Values[] = {0, 0.5f, 1, 1.5f, 2, 3, 4, 6};
    u32 code = static_cast<const u8*>(x.elements)[(row * depth + k) / 2] >> k % 2 * 4 & 15;
    float scale = e4m3_to_f32(x.scales[block_scale_offset(static_cast<u32>(row), static_cast<u32>(k / 16), static_cast<u32>(depth / 16))]);
    return (code < 8 ? Values[code] : -Values[code - 8]) * scale;
}

float decode(Element type, const void* x, size_t i)
{
    switch (type)
    {
    case Element::BFloat16:
        return bf16_to_f32(static_cast<const u16*>(x)[i]);
    case Element::E4M3:
        return half_value(e4m3_half(static_cast<const u8*>(x)[i]));
    default:
        return static_cast<const float*>(x)[i];
    }
}

std::vector<float> decode_all(Element type, const Operand& x, size_t rows, size_t depth)
{
    std::vector<float> values(rows * depth);
    run_parallel(rows, [&](u64 row)
    {
        for (size_t k = 0; k < depth; k++)
        {
            size_t i = row * depth + k;
            values[i] = type == Element::E2M1 ? decode_fp4(x, row, k, depth) : decode(type, x.elements, i);
        }
    });
    return values;
}

float dot(const float* x, const float* w, size_t depth)
{
    float sums[16] = {};
    for (size_t k = 0; k < depth; k += 16)
    {
        for (size_t i = 0; i < 16; i++)
        {
            sums[i] += x[k + i] * w[k + i];
        }
    }
    float sum = 0;
    for (float part : sums)
    {
        sum += part;
    }
    return sum;
}

i32 dot(const signed char* x, const signed char* w, size_t depth)
{
    i32 sum = 0;
    for (size_t k = 0; k < depth; k++)
    {
        sum += x[k] * w[k];
    }
    return sum;
}

} // namespace

extern "C" void emulator_multiply(
    const void* x, const void* w, void* y, const u8* x_scales, const u8* w_scales, u64 rows, u64 columns, u64 depth, Element input,
    Element output)
{
    if (input == Element::Int8)
    {
        run_parallel(columns, [&](u64 n)
        {
            for (u64 m = 0; m < rows; m++)
            {
                static_cast<i32*>(y)[m * columns + n] = dot(
                    static_cast<const signed char*>(x) + m * depth, static_cast<const signed char*>(w) + n * depth, depth);
            }
        });
        return;
    }
    const std::vector<float> left = decode_all(input, {x, x_scales}, rows, depth);
    const std::vector<float> right = decode_all(input, {w, w_scales}, columns, depth);
    run_parallel(rows, [&](u64 m)
    {
        for (u64 n = 0; n < columns; n++)
        {
            float sum = dot(&left[m * depth], &right[n * depth], depth);
            if (output == Element::BFloat16)
            {
                static_cast<u16*>(y)[m * columns + n] = f32_to_bf16(sum);
            }
            else
            {
                static_cast<float*>(y)[m * columns + n] = sum;
            }
        }
    });
}
