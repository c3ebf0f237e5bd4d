// The sums of a block of rows and outputs: kept, added up over slices, written (w4.h).
#pragma once

#include "w4_layer.h"

// Sums of a warp: fragments of 16 rows by 8 outputs.
template <u32 ROWS>
struct Sums
{
    static constexpr u32 WIDE = ROWS / 16;
    static constexpr u32 COUNT = WIDE * NARROW; // float4s of a thread
    float d[WIDE][NARROW][4];
};

template <u32 ROWS>
DEVICE void clear(Sums<ROWS>& sums)
{
    UNROLL
    for (u32 i = 0; i < Sums<ROWS>::COUNT * 4; i++)
    {
        sums.d[i / 4 / NARROW][i / 4 % NARROW][i % 4] = 0;
    }
}

// Sums as a thread keeps them for itself: fragment after fragment, the block's threads side by side.
template <u32 ROWS>
DEVICE void keep(float4* kept, const Sums<ROWS>& sums)
{
    UNROLL
    for (u32 i = 0; i < Sums<ROWS>::COUNT; i++)
    {
        const float(&d)[4] = sums.d[i / NARROW][i % NARROW];
        kept[i * BLOCK_THREADS + threadIdx.x] = float4{d[0], d[1], d[2], d[3]};
    }
}

template <u32 ROWS>
DEVICE void add_kept(Sums<ROWS>& sums, const float4* kept)
{
    UNROLL
    for (u32 i = 0; i < Sums<ROWS>::COUNT; i++)
    {
        float(&d)[4] = sums.d[i / NARROW][i % NARROW];
        float4 k = kept[i * BLOCK_THREADS + threadIdx.x];
        d[0] += k.x;
        d[1] += k.y;
        d[2] += k.z;
        d[3] += k.w;
    }
}

// Eight outputs of a row.
DEVICE void store_outputs(const W4Product& a, u32 row, u32 column, const float (&v)[8])
{
    if (row >= static_cast<u32>(a.rows) || column >= static_cast<u32>(a.columns))
    {
        return;
    }
    u64 place = static_cast<u64>(row) * a.columns + column;
    if (a.is_float)
    {
        float4* y = reinterpret_cast<float4*>(static_cast<float*>(a.y) + place);
        y[0] = float4{v[0], v[1], v[2], v[3]};
        y[1] = float4{v[4], v[5], v[6], v[7]};
    }
    else
    {
        *reinterpret_cast<uint4*>(static_cast<u16*>(a.y) + place) =
            uint4{pack_bf16x2(v[0], v[1]), pack_bf16x2(v[2], v[3]), pack_bf16x2(v[4], v[5]), pack_bf16x2(v[6], v[7])};
    }
}

template <u32 ROWS>
DEVICE void store_sums(const W4Product& a, const Sums<ROWS>& sums)
{
    u32 column = group_of_outputs() * WARP_OUTPUTS + lane() % 4 * 8;
    UNROLL
    for (u32 i = 0; i < Sums<ROWS>::WIDE * 2; i++)
    {
        float v[8];
        UNROLL
        for (u32 j = 0; j < 8; j++)
        {
            v[j] = sums.d[i / 2][j / 2][i % 2 * 2 + j % 2];
        }
        store_outputs(a, blockIdx.x * ROWS + i * 8 + lane() / 4, column, v);
    }
}

// Leaves a slice's sums for the last block of its outputs, which adds up all. True for that one. `seen` is shared, and free.
template <u32 ROWS>
DEVICE bool gather_slices(Sums<ROWS>& sums, const W4Product& a, u32* seen)
{
    constexpr u32 count = Sums<ROWS>::COUNT * BLOCK_THREADS; // float4s of a slice
    u32 place = blockIdx.x * gridDim.y + blockIdx.y;
    float4* slices = reinterpret_cast<float4*>(a.partials) + static_cast<u64>(place) * gridDim.z * count;
    keep(slices + blockIdx.z * count, sums);
    fence_device();
    sync_block();
    if (threadIdx.x == 0)
    {
        *seen = atomic_add(a.arrived + place, 1);
    }
    sync_block();
    if (*seen + 1 < gridDim.z)
    {
        return false;
    }
    fence_device();
    clear(sums);
    for (u32 slice = 0; slice < gridDim.z; slice++)
    {
        add_kept(sums, slices + slice * count);
    }
    if (threadIdx.x == 0)
    {
        a.arrived[place] = 0;
    }
    return true;
}
