// A layer of 4-bit weights, its tiles and its slices (w4.h).
#pragma once

#include "gpu.h"

constexpr u32 TILE_DEPTH = 64;
constexpr u32 STEPS = TILE_DEPTH / 16; // products along a tile
constexpr u32 WARPS = 8;
constexpr u32 BLOCK_THREADS = WARPS * 32;
constexpr u32 WARP_OUTPUTS = 32;
constexpr u32 NARROW = WARP_OUTPUTS / 8; // products side by side in a warp
constexpr u32 ROW_BYTES = TILE_DEPTH * 2;
constexpr u32 CODE_BYTES = WARP_OUTPUTS * TILE_DEPTH / 2; // of a warp's tile

struct W4Product
{
    const u16* x;     // BF16 // [rows, depth]
    const u8* codes;  // // [groups of outputs, tiles, 2, 32 lanes, 16]
    const u8* scales; // as the form has them
    void* y;          // BF16 or float32 // [rows, columns]
    float* partials;  // of slices, where each has a block // [grid x, grid y, slices, sums of a block]
    u32* arrived;     // slices that are there; 0 before and after // [grid x, grid y]
    i32 rows;
    i32 columns;     // a multiple of 8
    i32 depth;       // a multiple of 8
    i32 slices;      // at most as many as there are pairs of tiles
    i32 group_shift; // INT4: log2 of the inputs that share a scale
    i32 is_float;    // what y is
};

static_assert(sizeof(W4Product) == 72);

DEVICE u32 tile_count(const W4Product& a) { return (a.depth + 2 * TILE_DEPTH - 1) / (2 * TILE_DEPTH) * 2; }

// The tile at which a slice begins.
DEVICE u32 slice_start(const W4Product& a, u32 slice) { return slice * (tile_count(a) / 2) / a.slices * 2; }

DEVICE u32 group_of_outputs() { return blockIdx.y * WARPS + warp(); }

DEVICE bool has_outputs(const W4Product& a) { return group_of_outputs() * WARP_OUTPUTS < static_cast<u32>(a.columns); }
