// y = x wT with weights that stay 4-bit codes in memory (W4A16): INT4 and NVFP4 beside BF16 inputs, through the tensor cores'
// BF16 products with float32 sums. Codes become BF16 in registers, exactly; how, and what their scales are applied to, is the
// form's (w4_int4.cu, w4_nvfp4.cu).
//
// A row's bits do not depend on how many rows there are, because the order of every sum is the layer's alone:
//  1. inputs are taken in tiles of 64 in ascending order, a tile in products of 16;
//  2. pairs of tiles are cut into the layer's slices, whose sums begin anew;
//  3. slices are added up in ascending order, in float32.
// Few rows have a block for each slice, of which the last one to end adds them up; many rows have one block that does one
// slice after another, with the total so far in shared memory.
//
// A warp has 32 outputs. What its lanes need of a tile lies together in memory, 16 bytes a lane, and is copied to shared
// memory by the lane that reads it. In the n-th product of 8 outputs, output i of the product is output
// 8 (i / 2) + 2 n + i % 2 of the warp: so the eight sums that a lane has of a row are eight outputs in a row.
#pragma once

#include "w4_tiles.h"

// The slices of a block that has all of them, one after another.
template <u32 ROWS>
struct SliceWalk
{
    const W4Product& a;
    float4* totals; // of the slices before // shared [Sums::COUNT][BLOCK_THREADS]
    u32 slice;

    METHOD u32 end() const { return slice_start(a, slice + 1); }

    // Ends a slice: the total goes on, or stays in the sums behind the last one.
    METHOD void next(Sums<ROWS>& sums)
    {
        if (slice > 0)
        {
            add_kept(sums, totals);
        }
        if (++slice < static_cast<u32>(a.slices))
        {
            keep(totals, sums);
            clear(sums);
        }
    }
};

// Block (rows, outputs, slice), or (rows, outputs) for all slices.
template <typename Form, u32 ROWS>
DEVICE void multiply_w4(const W4Product& a)
{
    using S = Stage<Form, ROWS>;
    DYNAMIC_SHARED(u8, shared); // [STAGES][S::BYTES], and for several slices in a block its totals
    SharedAddress stages = shared_address(shared);
    bool has_all = gridDim.z == 1;
    SliceWalk<ROWS> walk{a, reinterpret_cast<float4*>(shared + STAGES * S::BYTES), blockIdx.z};
    u32 slice_end = walk.end(), end = has_all ? tile_count(a) : slice_end;
    u32 tile = slice_start(a, walk.slice), stage = 0, free_stage = (STAGES - 1) * S::BYTES;
    Copies<Form, ROWS> copies(a);
    for (u32 i = 0; i < STAGES - 1; i++)
    {
        copies.begin_if(tile + i * S::TILES < end, stages + i * S::BYTES, tile + i * S::TILES);
    }
    Sums<ROWS> sums;
    clear(sums);
    for (; tile < end; tile += S::TILES)
    {
        cp_async_wait<STAGES - 2>();
        sync_block();
        // By the barrier, all have read the tiles before, whose place these take.
        u32 next = tile + (STAGES - 1) * S::TILES;
        copies.begin_if(next < end, stages + free_stage, next);
        if (copies.has_codes)
        {
            multiply_stage<Form, ROWS>(sums, stages + stage, a.rows - blockIdx.x * ROWS);
        }
        free_stage = stage;
        stage = stage == (STAGES - 1) * S::BYTES ? 0 : stage + S::BYTES;
        if (tile + S::TILES == slice_end && has_all && a.slices > 1)
        {
            walk.next(sums);
            slice_end = walk.end();
        }
    }
    if ((has_all || gather_slices(sums, a, reinterpret_cast<u32*>(shared))) && copies.has_codes)
    {
        store_sums(a, sums);
    }
}

#define W4_KERNEL(name, Form, rows, blocks)                                                                          \
    KERNEL_BOUNDS(name, W4Product, BLOCK_THREADS, blocks)                                                            \
    {                                                                                                                \
        multiply_w4<Form, rows>(a);                                                                                  \
    }
