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

// Sums of a warp: fragments of 16 rows by 8 outputs.
template <u32 ROWS>
struct Sums
{
    static constexpr u32 WIDE = ROWS / 16;
    static constexpr u32 COUNT = WIDE * NARROW; // float4s of a thread
    float d[WIDE][NARROW][4];
};

// What lies in shared memory at once: tiles on their way, and those that are multiplied. Where rows are few, two tiles go
// together, since what is done once for them costs as much as multiplying does.
template <typename Form, u32 ROWS>
struct Stage
{
    static constexpr u32 TILES = ROWS == 128 ? 1 : 2;
    static constexpr u32 INPUT_BYTES = ROWS * ROW_BYTES; // of a tile
    static constexpr u32 WARP_BYTES = TILES * (CODE_BYTES + Form::SCALE_BYTES);
    static constexpr u32 BYTES = TILES * INPUT_BYTES + WARPS * WARP_BYTES;

    // Where a warp's codes begin; its scales follow.
    DEVICE u32 own() { return TILES * INPUT_BYTES + warp() * WARP_BYTES; }
};

constexpr u32 STAGES = 3;

DEVICE u32 tile_count(const W4Product& a) { return (a.depth + 2 * TILE_DEPTH - 1) / (2 * TILE_DEPTH) * 2; }

// The tile at which a slice begins.
DEVICE u32 slice_start(const W4Product& a, u32 slice) { return slice * (tile_count(a) / 2) / a.slices * 2; }

DEVICE u32 group_of_outputs() { return blockIdx.y * WARPS + warp(); }

DEVICE bool has_outputs(const W4Product& a) { return group_of_outputs() * WARP_OUTPUTS < static_cast<u32>(a.columns); }

// What a thread copies of each tile.
template <typename Form, u32 ROWS>
struct Copies
{
    using S = Stage<Form, ROWS>;
    static constexpr u32 PIECES = S::TILES * ROW_BYTES / 16; // of a row
    static constexpr u32 ROWS_AT_ONCE = BLOCK_THREADS / PIECES;
    static_assert(ROWS_AT_ONCE % 8 == 0 && ROWS % ROWS_AT_ONCE == 0);

    const W4Product& a;
    u32 row;   // of the first piece
    u32 input; // of the first tile
    u32 place; // in a stage
    const u16* x;
    const u8* codes;
    bool has_codes;

    METHOD explicit Copies(const W4Product& a) : a(a)
    {
        u32 in_block = threadIdx.x / PIECES, piece = threadIdx.x % PIECES;
        row = blockIdx.x * ROWS + in_block;
        input = piece * 8;
        // Pieces are moved around within their row of a tile, so that those of eight rows meet different banks.
        place = piece / 8 * S::INPUT_BYTES + in_block * ROW_BYTES + ((piece ^ in_block) & 7) * 16;
        x = a.x + static_cast<u64>(row) * a.depth + input;
        codes = a.codes + static_cast<u64>(group_of_outputs()) * tile_count(a) * CODE_BYTES + lane() * 16;
        has_codes = has_outputs(a);
    }

    // Rows and inputs that are not there become zeros: their products must not be NaN.
    METHOD void begin(SharedAddress stage, u32 tile) const
    {
        bool has_input = tile * TILE_DEPTH + input < static_cast<u32>(a.depth);
        UNROLL
        for (u32 first = 0; first < ROWS; first += ROWS_AT_ONCE)
        {
            bool is_there = has_input && row + first < static_cast<u32>(a.rows);
            const u16* from = x + static_cast<u64>(first) * a.depth + tile * TILE_DEPTH;
            cp_async_16(stage + place + first * ROW_BYTES, from, is_there ? 16 : 0);
        }
        if (has_codes)
        {
            SharedAddress to = stage + S::own();
            const u8* from = codes + static_cast<u64>(tile) * CODE_BYTES;
            UNROLL
            for (u32 i = 0; i < S::TILES * CODE_BYTES; i += 32 * 16)
            {
                cp_async_16(to + lane() * 16 + i, from + i);
            }
            Form::template copy_scales<S::TILES>(to + S::TILES * CODE_BYTES, a, group_of_outputs(), tile);
        }
    }
};

// A tile's products, a unit (what shares a scale) after another: a unit's weights are made once for all rows. Forms that
// fold apply scales to a unit's sums, others have applied them to its weights.
template <typename Form, u32 ROWS>
DEVICE void take_tile(Sums<ROWS>& sums, SharedAddress inputs, SharedAddress codes, SharedAddress kept_scales, u32 rows)
{
    constexpr u32 steps = STEPS / Form::UNITS;
    // Fragments of rows: products of two wait less for each other, but there must be registers for the sums of a unit.
    constexpr u32 together = ROWS == 128 || (ROWS == 64 && !Form::FOLDS) ? 2 : 1;
    uint4 halves[2] = {load_shared_u4(codes + lane() * 16), load_shared_u4(codes + CODE_BYTES / 2 + lane() * 16)};
    u32 words[8] = {halves[0].x, halves[0].y, halves[0].z, halves[0].w, halves[1].x, halves[1].y, halves[1].z, halves[1].w};
    u32 input = lane() % 16 * ROW_BYTES + (lane() / 16 ^ (lane() & 7)) * 16;
    UNROLL
    for (u32 unit = 0; unit < Form::UNITS; unit++)
    {
        Form scales(kept_scales, unit);
        u32 weights[steps][NARROW][2];
        UNROLL
        for (u32 s = 0; s < steps; s++)
        {
            scales.weights(weights[s], words + (unit * steps + s) * 2);
        }
        UNROLL
        for (u32 wide = 0; wide < Sums<ROWS>::WIDE; wide += together)
        {
            if (ROWS == 16 || wide * 16 < rows)
            {
                float partial[together][NARROW][4] = {};
                UNROLL
                for (u32 s = 0; s < steps; s++)
                {
                    UNROLL
                    for (u32 i = 0; i < together; i++)
                    {
                        u32 x[4];
                        ldmatrix_x4(x, inputs + (input ^ (unit * steps + s) * 32) + (wide + i) * 16 * ROW_BYTES);
                        UNROLL
                        for (u32 n = 0; n < NARROW; n++)
                        {
                            mma_bf16(Form::FOLDS ? partial[i][n] : sums.d[wide + i][n], x, weights[s][n]);
                        }
                    }
                }
                if constexpr (Form::FOLDS)
                {
                    UNROLL
                    for (u32 i = 0; i < together; i++)
                    {
                        scales.fold(sums.d[wide + i], partial[i]);
                    }
                }
            }
        }
    }
}

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

// Block (rows, outputs, slice), or (rows, outputs) for all slices.
template <typename Form, u32 ROWS>
DEVICE void multiply_w4(const W4Product& a)
{
    using S = Stage<Form, ROWS>;
    DYNAMIC_SHARED(u8, shared); // [STAGES][S::BYTES], and for several slices in a block float4 [Sums::COUNT][BLOCK_THREADS]
    float4* totals = reinterpret_cast<float4*>(shared + STAGES * S::BYTES);
    SharedAddress stages = shared_address(shared);
    bool has_all = gridDim.z == 1;
    u32 slice = blockIdx.z, slice_end = slice_start(a, slice + 1);
    u32 first = slice_start(a, slice), end = has_all ? tile_count(a) : slice_end;
    u32 rows = a.rows - blockIdx.x * ROWS;
    Copies<Form, ROWS> copies(a);
    for (u32 i = 0; i < STAGES - 1; i++)
    {
        if (first + i * S::TILES < end)
        {
            copies.begin(stages + i * S::BYTES, first + i * S::TILES);
        }
        cp_async_commit();
    }
    Sums<ROWS> sums;
    clear(sums);
    u32 stage = 0, free_stage = (STAGES - 1) * S::BYTES;
    for (u32 tile = first; tile < end; tile += S::TILES)
    {
        cp_async_wait<STAGES - 2>();
        sync_block();
        // By the barrier, all have read the tiles before, whose place these take.
        u32 next = tile + (STAGES - 1) * S::TILES;
        if (next < end)
        {
            copies.begin(stages + free_stage, next);
        }
        cp_async_commit();
        if (copies.has_codes)
        {
            SharedAddress own = stages + stage + S::own();
            UNROLL
            for (u32 i = 0; i < S::TILES; i++)
            {
                take_tile<Form, ROWS>(
                    sums, stages + stage + i * S::INPUT_BYTES, own + i * CODE_BYTES, own + S::TILES * CODE_BYTES + i * Form::SCALE_BYTES, rows);
            }
        }
        free_stage = stage;
        stage = stage == (STAGES - 1) * S::BYTES ? 0 : stage + S::BYTES;
        if (tile + S::TILES == slice_end && has_all && a.slices > 1)
        {
            if (slice > 0)
            {
                add_kept(sums, totals);
            }
            if (slice_end < end)
            {
                keep(totals, sums);
                clear(sums);
                slice++;
                slice_end = slice_start(a, slice + 1);
            }
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
