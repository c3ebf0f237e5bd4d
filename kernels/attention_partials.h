// What kernels that compute a part of a context leave for the merge kernel, or for each other.
#pragma once

#include "attention_columns.h"

// One row's splits stand one after another. // outputs [partials, heads, D], sums [partials, heads]
struct PartialResults
{
    float* outputs; // not yet divided by the sums
    float2* sums;   // maximum and sum
};

template <typename Cache, u32 D, u32 N>
DEVICE void store_partial(PartialResults partials, u64 index, const Columns<Cache, D, N>& columns, u32 n, u32 h)
{
    u32 g = lane() / 4;
    UNROLL
    for (u32 quad = 0; quad < D / 32; quad++)
    {
        float* to = partials.outputs + index * D + Rows<Cache, D>::value_element(g, 4 * quad);
        *reinterpret_cast<float4*>(to) = output_quad(columns, n, h, quad);
    }
    if (g == 0)
    {
        partials.sums[index] = float2{columns.maxima[n][h], columns.sums[n][h]};
    }
}

template <typename Cache, u32 D, u32 N>
DEVICE void load_partial(PartialResults partials, u64 index, Columns<Cache, D, N>& columns, u32 n, u32 h)
{
    UNROLL
    for (u32 quad = 0; quad < D / 32; quad++)
    {
        const float* from = partials.outputs + index * D + Rows<Cache, D>::value_element(lane() / 4, 4 * quad);
        float4 x = *reinterpret_cast<const float4*>(from);
        columns.outputs[n][2 * quad][h] = x.x;
        columns.outputs[n][2 * quad][h + 2] = x.y;
        columns.outputs[n][2 * quad + 1][h] = x.z;
        columns.outputs[n][2 * quad + 1][h + 2] = x.w;
    }
    float2 sums = partials.sums[index];
    columns.maxima[n][h] = sums.x;
    columns.sums[n][h] = sums.y;
}
