// Attention of slices of several positions: prompt chunks (FlashAttention-2's order of work). A block takes 64 columns of
// one head of the cache: 64, 32, 16 or 8 positions and all query heads that read it. Its positions begin at a multiple of
// their number, wherever the chunk begins: what its masked values cannot reach are then the blocks of a shared prefix.
#include "attention_tiles.h"

struct ChunkWork
{
    i32 slice; // negative: nothing
    i32 first; // position: a multiple of those of a block
};

struct AttentionChunk
{
    const u16* queries;      // BF16 [rows, heads, D]
    const u8* keys;          // the layer's cache
    const u8* values;        // the layer's cache
    const i32* block_tables; // [slices, table_stride]
    const i32* first_rows;   // [slices]
    const i32* starts;       // [slices] the first row's position
    const i32* counts;       // [slices] rows
    const ChunkWork* work;   // [grid / kv_heads]
    u16* mixed;              // BF16 [rows, heads, D], the values' scale applied
    float scale;             // of scores, the keys' and log2 e included
    float value_scale;
    u32 heads;
    u32 kv_heads;
    u32 group_shift;         // log2 of the columns of a position: heads / kv_heads rounded up to a power of two
    u32 block_shift;         // log2 of a block's positions
    u32 table_stride;
};

static_assert(sizeof(AttentionChunk) == 104);

// The splits folded so far. The outputs stand in shared memory, each thread's own, and are touched once per split.
struct Totals
{
    float* outputs; // [D / 2, threads]
    float maxima[NARROW][2];
    float sums[NARROW][2];
};

template <u32 D>
DEVICE Totals empty_totals(float* outputs)
{
    Totals totals;
    totals.outputs = outputs + threadIdx.x;
    UNROLL
    for (u32 n = 0; n < NARROW; n++)
    {
        UNROLL
        for (u32 h = 0; h < 2; h++)
        {
            totals.maxima[n][h] = minus_infinity();
            totals.sums[n][h] = 0;
        }
    }
    UNROLL
    for (u32 i = 0; i < NARROW * D / 4; i++)
    {
        totals.outputs[i * BLOCK_THREADS] = 0;
    }
    return totals;
}

// Folds the columns' split into the totals, and empties the columns.
template <typename Cache, u32 D>
DEVICE void fold_split(Totals& totals, Columns<Cache, D, NARROW>& columns)
{
    UNROLL
    for (u32 n = 0; n < NARROW; n++)
    {
        Fold folds[2];
        UNROLL
        for (u32 h = 0; h < 2; h++)
        {
            folds[h] = fold_of(totals.maxima[n][h], columns.maxima[n][h]);
            totals.maxima[n][h] = folds[h].maximum;
            totals.sums[n][h] = fold(totals.sums[n][h], columns.sums[n][h], folds[h]);
        }
        UNROLL
        for (u32 band = 0; band < D / 16; band++)
        {
            UNROLL
            for (u32 i = 0; i < 4; i++)
            {
                float& total = totals.outputs[((n * D / 16 + band) * 4 + i) * BLOCK_THREADS];
                total = fold(total, columns.outputs[n][band][i], folds[i % 2]);
            }
        }
    }
    clear(columns);
}

// A column's outputs of this lane, divided by their sum, as BF16.
template <typename Cache, u32 D>
DEVICE void store_mixed(u16* mixed, const Totals& totals, u32 n, u32 h, float value_scale)
{
    float factor = div_rn(value_scale, totals.sums[n][h]);
    UNROLL
    for (u32 quad = 0; quad < D / 32; quad++)
    {
        float x[4];
        UNROLL
        for (u32 i = 0; i < 4; i++)
        {
            u32 index = (n * D / 16 + 2 * quad + i / 2) * 4 + i % 2 * 2 + h;
            x[i] = totals.outputs[index * BLOCK_THREADS] * factor;
        }
        u16* to = mixed + Rows<Cache, D>::value_element(lane() / 4, 4 * quad);
        *reinterpret_cast<uint2*>(to) = uint2{pack_bf16x2(x[0], x[1]), pack_bf16x2(x[2], x[3])};
    }
}

// A block's part of a slice: positions [first, end), of which those before the start are not of this slice.
struct Chunk
{
    u64 first_row;
    u32 start;
    u32 end;
    u32 first;
    u32 group;
    u32 group_shift;
};

DEVICE Chunk chunk_of(const AttentionChunk& a, ChunkWork work)
{
    u32 start = static_cast<u32>(a.starts[work.slice]);
    u32 first = static_cast<u32>(work.first);
    u32 end = least(start + static_cast<u32>(a.counts[work.slice]), first + (BLOCK_COLUMNS >> a.group_shift));
    return {static_cast<u64>(a.first_rows[work.slice]), start, end, first, a.heads / a.kv_heads, a.group_shift};
}

DEVICE u32 position_of(const Chunk& chunk, u32 column) { return chunk.first + (column >> chunk.group_shift); }

DEVICE bool has_query(const Chunk& chunk, u32 column)
{
    u32 position = position_of(chunk, column);
    return position >= chunk.start && position < chunk.end
        && (column & ((1u << chunk.group_shift) - 1)) < chunk.group;
}

// Where a column's row and head begin in queries and outputs.
DEVICE u64 element_of(const AttentionChunk& a, const Chunk& chunk, u32 kv_head, u32 column, u32 head_dim)
{
    u64 row = chunk.first_row + position_of(chunk, column) - chunk.start;
    u32 head = kv_head * chunk.group + (column & ((1u << chunk.group_shift) - 1));
    return (row * a.heads + head) * head_dim;
}

template <typename Cache, u32 D>
DEVICE void load_queries(
    Columns<Cache, D, NARROW>& columns, const AttentionChunk& a, const Chunk& chunk, u32 kv_head, u32 first_column)
{
    clear(columns);
    UNROLL
    for (u32 n = 0; n < NARROW; n++)
    {
        u32 column = first_column + 8 * n + lane() / 4;
        bool has = has_query(chunk, column);
        load_query(columns, n, has ? a.queries + element_of(a, chunk, kv_head, column, D) : nullptr);
    }
}

// A warp's positions are [lowest, end); an empty one has no tile to take.
template <typename Cache, u32 D>
DEVICE void fold_tiles(
    Totals& totals, Columns<Cache, D, NARROW>& columns, const AttentionChunk& a, const Chunk& chunk, u32 kv_head,
    u32 first_column, u8* shared)
{
    u32 lowest = position_of(chunk, first_column);
    u32 end = least(position_of(chunk, first_column + WARP_COLUMNS - 1) + 1, chunk.end);
    end = lowest < chunk.end && end > chunk.start ? end : 0;
    i32 last[NARROW][2];
    UNROLL
    for (u32 n = 0; n < NARROW; n++)
    {
        UNROLL
        for (u32 h = 0; h < 2; h++)
        {
            last[n][h] = static_cast<i32>(position_of(chunk, first_column + 8 * n + lane() % 4 * 2 + h));
        }
    }

    i32 slice = a.work[blockIdx.x / a.kv_heads].slice;
    const i32* table = a.block_tables + static_cast<u64>(slice) * a.table_stride;
    Context context = {a.keys, a.values, table, a.kv_heads, kv_head, a.block_shift};
    begin_tiles<Cache, D>(shared, context, 0, chunk.end);
    for (u32 tile = 0; tile < chunk.end; tile += TILE)
    {
        const u8* stage = wait_for_tile<Cache, D>(shared, context, tile, chunk.end);
        if (tile < end)
        {
            take_tile(columns, stage, tile, end, tile + TILE > lowest + 1, last, a.scale);
            if ((tile + TILE) % SPLIT == 0 || tile + TILE >= end)
            {
                fold_split(totals, columns);
            }
        }
    }
}

template <typename Cache, u32 D>
DEVICE void attend_chunk(const AttentionChunk& a)
{
    ChunkWork work = a.work[blockIdx.x / a.kv_heads];
    if (work.slice < 0)
    {
        return;
    }
    DYNAMIC_SHARED(u8, shared);
    u32 kv_head = blockIdx.x % a.kv_heads;
    Chunk chunk = chunk_of(a, work);
    u32 first_column = warp() * WARP_COLUMNS;
    Columns<Cache, D, NARROW> columns;
    load_queries(columns, a, chunk, kv_head, first_column);
    Totals totals = empty_totals<D>(reinterpret_cast<float*>(shared + 2 * STAGE_BYTES<Cache, D>));
    fold_tiles(totals, columns, a, chunk, kv_head, first_column, shared);
    UNROLL
    for (u32 n = 0; n < NARROW; n++)
    {
        UNROLL
        for (u32 h = 0; h < 2; h++)
        {
            u32 column = first_column + 8 * n + lane() % 4 * 2 + h;
            if (has_query(chunk, column))
            {
                u16* mixed = a.mixed + element_of(a, chunk, kv_head, column, D);
                store_mixed<Cache, D>(mixed, totals, n, h, a.value_scale);
            }
        }
    }
}

TILE_KERNELS(attention_chunk, AttentionChunk, attend_chunk)
