// Tiles on their way to shared memory, and their products (w4.h).
#pragma once

#include "w4_sums.h"

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
        x = kept_address(a.x + static_cast<u64>(row) * a.depth + input);
        codes = kept_address(a.codes + static_cast<u64>(group_of_outputs()) * tile_count(a) * CODE_BYTES + lane() * 16);
        has_codes = has_outputs(a);
    }

    // A group of copies, empty if there is nothing to begin.
    METHOD void begin_if(bool is_there, SharedAddress stage, u32 tile) const
    {
        if (is_there)
        {
            begin(stage, tile);
        }
        cp_async_commit();
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

// The products of a unit of a tile (what shares a scale), whose weights are made once for all rows. Forms that fold apply scales
// to the unit's sums, others have applied them to its weights.
template <typename Form, u32 ROWS>
DEVICE void multiply_unit(
    Sums<ROWS>& sums, const Form& scales, const u32 (&weights)[STEPS / Form::UNITS][NARROW][2], SharedAddress inputs, u32 first_step,
    u32 rows)
{
    // Fragments of rows: products of two wait less for each other, but there must be registers for the sums of a unit.
    constexpr u32 together = ROWS == 128 || (ROWS == 64 && !Form::FOLDS) ? 2 : 1;
    u32 place = lane() % 16 * ROW_BYTES + (lane() / 16 ^ (lane() & 7)) * 16;
    UNROLL
    for (u32 wide = 0; wide < Sums<ROWS>::WIDE; wide += together)
    {
        if (ROWS == 16 || wide * 16 < rows)
        {
            float partial[together][NARROW][4] = {};
            UNROLL
            for (u32 s = 0; s < STEPS / Form::UNITS; s++)
            {
                UNROLL
                for (u32 i = 0; i < together; i++)
                {
                    u32 x[4];
                    ldmatrix_x4(x, inputs + (place ^ (first_step + s) * 32) + (wide + i) * 16 * ROW_BYTES);
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

template <typename Form, u32 ROWS>
DEVICE void multiply_tile(Sums<ROWS>& sums, SharedAddress inputs, SharedAddress codes, SharedAddress kept_scales, u32 rows)
{
    constexpr u32 steps = STEPS / Form::UNITS;
    uint4 halves[2] = {load_shared_u4(codes + lane() * 16), load_shared_u4(codes + CODE_BYTES / 2 + lane() * 16)};
    u32 words[8] = {halves[0].x, halves[0].y, halves[0].z, halves[0].w, halves[1].x, halves[1].y, halves[1].z, halves[1].w};
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
        multiply_unit<Form, ROWS>(sums, scales, weights, inputs, unit * steps, rows);
    }
}

template <typename Form, u32 ROWS>
DEVICE void multiply_stage(Sums<ROWS>& sums, SharedAddress stage, u32 rows)
{
    using S = Stage<Form, ROWS>;
    SharedAddress codes = stage + S::own(), scales = codes + S::TILES * CODE_BYTES;
    UNROLL
    for (u32 i = 0; i < S::TILES; i++)
    {
        multiply_tile<Form, ROWS>(sums, stage + i * S::INPUT_BYTES, codes + i * CODE_BYTES, scales + i * Form::SCALE_BYTES, rows);
    }
}
