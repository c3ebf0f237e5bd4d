// Attention of rows that are a slice by themselves: decode tokens. A warp takes one head of the cache and one split of a
// row's context straight from the cache into the tensor core's fragments: no shared memory, no barrier. Blocks have a
// single warp, since nothing is shared, and a block whose other warps have ended would keep their registers.
#include "attention_partials.h"

struct DecodeWork
{
    i32 row; // negative: nothing
    i32 split;
};

struct AttentionDecode
{
    const u16* queries;         // BF16 [rows, heads, D]
    const u8* keys;             // the layer's cache
    const u8* values;           // the layer's cache
    const i32* block_tables;    // [slices, table_stride]
    const i32* slices;          // [rows]
    const i32* positions;       // [rows]
    const i32* first_partials;  // [rows] where the row's splits begin
    const i32* prefix_tokens;   // [rows] positions that the prefix kernel has done: a multiple of TILE
    const DecodeWork* work;     // [grid / kv_heads]
    float* partial_outputs;     // [partials, heads, D]
    float2* partial_sums;       // [partials, heads]
    float scale;                // of scores, the keys' and log2 e included
    u32 heads;
    u32 kv_heads;
    u32 block_shift;            // log2 of a block's positions
    u32 table_stride;
};

static_assert(sizeof(AttentionDecode) == 112);

// Fragments of a tile in the order in which they are needed: those of keys, then those of values. Loads run so far ahead
// that about 8 KB of a warp are on their way; at 12 warps per multiprocessor that is four times what the bandwidth of an
// H200 takes at 700 ns (Little's law: 4.2 TB/s / 132 x 700 ns = 22 KB).
template <typename Cache, u32 D>
struct Loads
{
    static constexpr u32 AHEAD = Rows<Cache, D>::BYTES >= 256 ? 2 : Rows<Cache, D>::BYTES >= 128 ? 4 : 8;

    const u8* keys;
    const u8* values;
    u32 blocks; // lane i: the block of the split's i-th fragment
    static_assert(SPLIT / FRAGMENT <= 32);
    u32 first;  // of the split
    u32 end;    // behind its last position
    u32 kv_heads;
    u32 kv_head;
    u32 block_shift;
};

template <typename Cache, u32 D>
DEVICE Loads<Cache, D> loads_of(const AttentionDecode& a, DecodeWork work, u32 kv_head)
{
    u32 first = static_cast<u32>(work.split) * SPLIT;
    u32 end = least(static_cast<u32>(a.positions[work.row]) + 1, first + SPLIT);
    const i32* table = a.block_tables + static_cast<u64>(a.slices[work.row]) * a.table_stride;
    u32 position = least(first + lane() * FRAGMENT, end - 1);
    u32 blocks = static_cast<u32>(table[position >> a.block_shift]);
    return {a.keys, a.values, blocks, first, end, a.kv_heads, kv_head, a.block_shift};
}

// The row of a position; positions behind the end give the last one, whose bytes are at hand and count for nothing.
template <typename Cache, u32 D>
DEVICE u64 row_of(const Loads<Cache, D>& loads, u32 block, u32 position)
{
    u32 held = least(position, loads.end - 1);
    return cache_row(block, loads.kv_heads, loads.kv_head, loads.block_shift, held) * Rows<Cache, D>::BYTES;
}

template <u32 BYTES>
DEVICE void load_words(u32* words, const u8* from)
{
    if constexpr (BYTES == 16)
    {
        uint4 v = load_u4_streaming(from);
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
DEVICE void load_keys(u32 (&words)[D * Cache::BYTES / 8], const Loads<Cache, D>& loads, u32 block, u32 fragment)
{
    using R = Rows<Cache, D>;
    UNROLL
    for (u32 i = 0; i < 2; i++)
    {
        const u8* row = loads.keys + row_of(loads, block, fragment + lane() / 4 + 8 * i);
        UNROLL
        for (u32 j = 0; j < R::KEY_WORDS * 4 / R::KEY_LOAD; j++)
        {
            load_words<R::KEY_LOAD>(
                words + i * R::KEY_WORDS + j * R::KEY_LOAD / 4, row + (j * 4 + lane() % 4) * R::KEY_LOAD);
        }
    }
}

template <typename Cache, u32 D>
DEVICE void load_values(u32 (&words)[D * Cache::BYTES / 8], const Loads<Cache, D>& loads, u32 block, u32 fragment)
{
    using R = Rows<Cache, D>;
    UNROLL
    for (u32 i = 0; i < 4; i++)
    {
        const u8* row = loads.values + row_of(loads, block, fragment + value_position(i));
        UNROLL
        for (u32 j = 0; j < R::VALUE_WORDS * 4 / R::VALUE_LOAD; j++)
        {
            load_words<R::VALUE_LOAD>(
                words + i * R::VALUE_WORDS + j * R::VALUE_LOAD / 4, row + (j * 8 + lane() / 4) * R::VALUE_LOAD);
        }
    }
}

// The item-th fragment from a tile on: 0 to 3 are keys, 4 to 7 values, and so on with the next tile, if there is one. The
// tile itself begins before the end.
template <typename Cache, u32 D>
DEVICE void load_fragment(u32 (&words)[D * Cache::BYTES / 8], const Loads<Cache, D>& loads, u32 tile, u32 item)
{
    u32 from = tile + item / (2 * FRAGMENTS) * TILE;
    if (item >= 2 * FRAGMENTS && from >= loads.end)
    {
        return;
    }
    u32 fragment = from + item % FRAGMENTS * FRAGMENT;
    u32 block = shuffle(loads.blocks, (fragment - loads.first) / FRAGMENT);
    if (item / FRAGMENTS % 2 == 0)
    {
        load_keys(words, loads, block, fragment);
    }
    else
    {
        load_values(words, loads, block, fragment);
    }
}

template <typename Cache, u32 D>
DEVICE void take_tile(
    Columns<Cache, D, 1>& columns, u32 (&words)[Loads<Cache, D>::AHEAD][D * Cache::BYTES / 8],
    const Loads<Cache, D>& loads, u32 tile, float scale)
{
    constexpr u32 ahead = Loads<Cache, D>::AHEAD;
    float scores[FRAGMENTS][1][4];
    UNROLL
    for (u32 f = 0; f < FRAGMENTS; f++)
    {
        score(scores[f], words[f % ahead], columns);
        load_fragment(words[f % ahead], loads, tile, f + ahead);
    }
    if (tile + TILE > loads.end)
    {
        i32 end = static_cast<i32>(loads.end);
        const i32 last[1][2] = {{end - 1, end - 1}};
        mask(scores, tile, last);
    }
    u32 weights[FRAGMENTS][1][2];
    weigh(weights, scores, columns, scale);
    UNROLL
    for (u32 f = 0; f < FRAGMENTS; f++)
    {
        u32 (&held)[D * Cache::BYTES / 8] = words[(FRAGMENTS + f) % ahead];
        accumulate(columns, held, weights[f]);
        load_fragment(held, loads, tile, FRAGMENTS + f + ahead);
    }
}

// Where the partial result of a column of the row and split stands.
DEVICE u64 partial_of(const AttentionDecode& a, DecodeWork work, u32 kv_head, u32 column)
{
    u64 partial = static_cast<u64>(a.first_partials[work.row] + work.split);
    return partial * a.heads + kv_head * (a.heads / a.kv_heads) + column;
}

// The row's queries, and what the prefix kernel has left of its part of the split, if any.
template <typename Cache, u32 D>
DEVICE void begin_columns(Columns<Cache, D, 1>& columns, const AttentionDecode& a, DecodeWork work, u32 kv_head, bool goes_on)
{
    clear(columns);
    u32 group = a.heads / a.kv_heads;
    u32 g = lane() / 4;
    const u16* query = a.queries + (static_cast<u64>(work.row) * a.heads + kv_head * group + g) * D;
    load_query(columns, 0, g < group ? query : nullptr);
    UNROLL
    for (u32 h = 0; h < 2; h++)
    {
        u32 column = lane() % 4 * 2 + h;
        if (goes_on && column < group)
        {
            PartialResults partials = {a.partial_outputs, a.partial_sums};
            load_partial(partials, partial_of(a, work, kv_head, column), columns, 0, h);
        }
    }
}

template <typename Cache, u32 D>
DEVICE void end_columns(const Columns<Cache, D, 1>& columns, const AttentionDecode& a, DecodeWork work, u32 kv_head)
{
    UNROLL
    for (u32 h = 0; h < 2; h++)
    {
        u32 column = lane() % 4 * 2 + h;
        if (column < a.heads / a.kv_heads)
        {
            PartialResults partials = {a.partial_outputs, a.partial_sums};
            store_partial(partials, partial_of(a, work, kv_head, column), columns, 0, h);
        }
    }
}

template <typename Cache, u32 D>
DEVICE void decode(const AttentionDecode& a)
{
    DecodeWork work = a.work[blockIdx.x / a.kv_heads];
    if (work.row < 0)
    {
        return;
    }
    u32 kv_head = blockIdx.x % a.kv_heads;
    auto loads = loads_of<Cache, D>(a, work, kv_head);
    u32 prefix = static_cast<u32>(a.prefix_tokens[work.row]);
    u32 tile = prefix > loads.first ? prefix : loads.first;
    u32 words[Loads<Cache, D>::AHEAD][D * Cache::BYTES / 8];
    UNROLL
    for (u32 item = 0; item < Loads<Cache, D>::AHEAD; item++)
    {
        load_fragment(words[item], loads, tile, item);
    }

    Columns<Cache, D, 1> columns;
    begin_columns(columns, a, work, kv_head, tile > loads.first);
    for (; tile < loads.end; tile += TILE)
    {
        take_tile(columns, words, loads, tile, a.scale);
    }
    end_columns(columns, a, work, kv_head);
}

#define DECODE(name, Cache, D, blocks)                                                                               \
    KERNEL_BOUNDS(name, AttentionDecode, 32, blocks)                                                                 \
    {                                                                                                                \
        decode<Cache, D>(a);                                                                                         \
    }

DECODE(attention_decode_fp8_32, Fp8Cache, 32, 12)
DECODE(attention_decode_fp8_64, Fp8Cache, 64, 12)
DECODE(attention_decode_fp8_128, Fp8Cache, 128, 12)
DECODE(attention_decode_bf16_32, Bf16Cache, 32, 12)
DECODE(attention_decode_bf16_64, Bf16Cache, 64, 12)
DECODE(attention_decode_bf16_128, Bf16Cache, 128, 8)
