// Tiles of keys and values in shared memory, for kernels whose block has many columns of one context: its warps share what
// it copies, while the next tile is on its way.
#pragma once

#include "attention_columns.h"

constexpr u32 BLOCK_WARPS = 4;
constexpr u32 BLOCK_THREADS = BLOCK_WARPS * 32;
constexpr u32 WARP_COLUMNS = 16;
constexpr u32 BLOCK_COLUMNS = BLOCK_WARPS * WARP_COLUMNS;
constexpr u32 NARROW = WARP_COLUMNS / 8; // products side by side in a warp

// The kernels of a family, one for each cache and size of head, with as many blocks to a multiprocessor as registers allow.
#define TILE_KERNELS(family, Arguments, body)                                                                        \
    TILE_KERNEL(family##_fp8_32, Arguments, body, Fp8Cache, 32, 3)                                                   \
    TILE_KERNEL(family##_fp8_64, Arguments, body, Fp8Cache, 64, 3)                                                   \
    TILE_KERNEL(family##_fp8_128, Arguments, body, Fp8Cache, 128, 2)                                                 \
    TILE_KERNEL(family##_bf16_32, Arguments, body, Bf16Cache, 32, 3)                                                 \
    TILE_KERNEL(family##_bf16_64, Arguments, body, Bf16Cache, 64, 3)                                                 \
    TILE_KERNEL(family##_bf16_128, Arguments, body, Bf16Cache, 128, 2)
#define TILE_KERNEL(name, Arguments, body, Cache, D, blocks)                                                         \
    KERNEL_BOUNDS(name, Arguments, BLOCK_THREADS, blocks)                                                            \
    {                                                                                                                \
        body<Cache, D>(a);                                                                                           \
    }

// Where the context stands.
struct Context
{
    const u8* keys;
    const u8* values;
    const i32* table;
    u32 kv_heads;
    u32 kv_head;
    u32 block_shift;
};

// Bytes of keys, or of values, of one tile.
template <typename Cache, u32 D>
constexpr u32 TILE_BYTES = TILE * Rows<Cache, D>::BYTES;

// Where a row's byte stands in a tile. Pieces of 16 bytes are moved around within 128 bytes, so that the lanes of one
// access meet different banks: for keys 2 positions by 4 lanes, for values 4 even positions by 2 or more lanes. Where to
// repeats every 16 positions, so that it is found out once for all fragments.
template <typename Cache, u32 D>
DEVICE u32 place_in_tile(u32 position, u32 byte)
{
    constexpr u32 pieces = Rows<Cache, D>::BYTES / 16;
    u32 piece = position * pieces + byte / 16;
    u32 moved = pieces >= 8 ? (position & 2) | ((position >> 2 ^ position) & 1) << 2 : (piece >> 3 & 3) << 1;
    return (piece ^ moved) * 16 + byte % 16;
}

// Begins to copy a tile's positions that stand before the end; what is left of it keeps what it held.
template <typename Cache, u32 D>
DEVICE void copy_tile(u8* stage, const Context& context, u32 tile, u32 end)
{
    constexpr u32 bytes = Rows<Cache, D>::BYTES;
    constexpr u32 pieces = bytes / 16;
    for (u32 i = threadIdx.x; i < TILE * pieces; i += BLOCK_THREADS)
    {
        u32 position = i / pieces;
        u32 byte = i % pieces * 16;
        if (tile + position < end)
        {
            u32 block = static_cast<u32>(context.table[(tile + position) >> context.block_shift]);
            u64 from =
                cache_row(block, context.kv_heads, context.kv_head, context.block_shift, tile + position) * bytes + byte;
            u8* to = stage + place_in_tile<Cache, D>(position, byte);
            cp_async_16(to, context.keys + from);
            cp_async_16(to + TILE_BYTES<Cache, D>, context.values + from);
        }
    }
}

template <u32 BYTES>
DEVICE void shared_words(u32* words, const u8* from)
{
    if constexpr (BYTES == 16)
    {
        uint4 v = *reinterpret_cast<const uint4*>(from);
        words[0] = v.x;
        words[1] = v.y;
        words[2] = v.z;
        words[3] = v.w;
    }
    else if constexpr (BYTES == 8)
    {
        uint2 v = *reinterpret_cast<const uint2*>(from);
        words[0] = v.x;
        words[1] = v.y;
    }
    else
    {
        words[0] = *reinterpret_cast<const u32*>(from);
    }
}

template <typename Cache, u32 D>
DEVICE void read_keys(u32 (&words)[D * Cache::BYTES / 8], const u8* fragment)
{
    using R = Rows<Cache, D>;
    UNROLL
    for (u32 i = 0; i < 2; i++)
    {
        UNROLL
        for (u32 j = 0; j < R::KEY_WORDS * 4 / R::KEY_LOAD; j++)
        {
            u32 place = place_in_tile<Cache, D>(lane() / 4 + 8 * i, (j * 4 + lane() % 4) * R::KEY_LOAD);
            shared_words<R::KEY_LOAD>(words + i * R::KEY_WORDS + j * R::KEY_LOAD / 4, fragment + place);
        }
    }
}

template <typename Cache, u32 D>
DEVICE void read_values(u32 (&words)[D * Cache::BYTES / 8], const u8* fragment)
{
    using R = Rows<Cache, D>;
    UNROLL
    for (u32 i = 0; i < 4; i++)
    {
        UNROLL
        for (u32 j = 0; j < R::VALUE_WORDS * 4 / R::VALUE_LOAD; j++)
        {
            u32 place = place_in_tile<Cache, D>(value_position(i), (j * 8 + lane() / 4) * R::VALUE_LOAD);
            shared_words<R::VALUE_LOAD>(words + i * R::VALUE_WORDS + j * R::VALUE_LOAD / 4, fragment + place);
        }
    }
}

// Takes a tile into account for a warp's columns, none of which sees `end` or beyond.
template <typename Cache, u32 D>
DEVICE void take_tile(
    Columns<Cache, D, NARROW>& columns, const u8* stage, u32 tile, u32 end, bool is_masked, const i32 (&last)[NARROW][2],
    float scale)
{
    u32 words[D * Cache::BYTES / 8];
    float scores[FRAGMENTS][NARROW][4];
    UNROLL
    for (u32 f = 0; f < FRAGMENTS; f++)
    {
        read_keys<Cache, D>(words, stage + f * FRAGMENT * Rows<Cache, D>::BYTES);
        score(scores[f], words, columns);
    }
    if (is_masked)
    {
        mask(scores, tile, last);
    }
    u32 weights[FRAGMENTS][NARROW][2];
    weigh(weights, scores, columns, scale);
    UNROLL
    for (u32 f = 0; f < FRAGMENTS; f++)
    {
        read_values<Cache, D>(words, stage + TILE_BYTES<Cache, D> + f * FRAGMENT * Rows<Cache, D>::BYTES);
        if (is_masked)
        {
            blank_values(words, tile + f * FRAGMENT, end);
        }
        accumulate(columns, words, weights[f]);
    }
}

// Shared memory of a block: two stages of keys and values. // [2][keys, values][TILE_BYTES]
template <typename Cache, u32 D>
constexpr u32 STAGE_BYTES = 2 * TILE_BYTES<Cache, D>;

// Begins a walk over the tiles from a first position to the end.
template <typename Cache, u32 D>
DEVICE void begin_tiles(u8* shared, const Context& context, u32 first, u32 end)
{
    copy_tile<Cache, D>(shared + first / TILE % 2 * STAGE_BYTES<Cache, D>, context, first, end);
    cp_async_commit();
}

// Waits for a tile of the walk, sends for the next one, and says where it stands until the wait for that. All threads take
// part: by the barrier, each has read the tile before, whose place the next one takes.
template <typename Cache, u32 D>
DEVICE const u8* wait_for_tile(u8* shared, const Context& context, u32 tile, u32 end)
{
    u32 stage = tile / TILE % 2;
    cp_async_wait<0>();
    sync_block();
    copy_tile<Cache, D>(shared + (stage ^ 1) * STAGE_BYTES<Cache, D>, context, tile + TILE, end);
    cp_async_commit();
    return shared + stage * STAGE_BYTES<Cache, D>;
}
