// Attention of many decode tokens over what their contexts have in common: its keys and values are read once for 64 columns
// instead of once for each row. A block takes one split of the common positions, and leaves each row what the decode kernel
// would have had at the same tile: whole splits for the merge kernel, the last part of one for the decode kernel to go on.
#include "attention_partials.h"
#include "attention_tiles.h"

struct PrefixWork
{
    i32 first_member; // negative: nothing
    i32 members;      // 1 to the sequences that a block's columns have room for
    i32 first;        // position: a multiple of SPLIT
    i32 end;          // position: a multiple of TILE, at most SPLIT further
};

struct AttentionPrefix
{
    const u16* queries;        // BF16 [rows, heads, D]
    const u8* keys;            // the layer's cache
    const u8* values;          // the layer's cache
    const i32* block_tables;   // [slices, table_stride]
    const i32* slices;         // [rows]
    const i32* first_partials; // [rows]
    const i32* members;        // rows whose block tables begin alike, group after group
    const PrefixWork* work;    // [grid / kv_heads]
    float* partial_outputs;    // [partials, heads, D]
    float2* partial_sums;      // [partials, heads]
    float scale;               // of scores, the keys' and log2 e included
    u32 heads;
    u32 kv_heads;
    u32 group_shift;           // log2 of the columns of a row: heads / kv_heads rounded up to a power of two
    u32 block_shift;           // log2 of a block's positions
    u32 table_stride;
};

static_assert(sizeof(AttentionPrefix) == 104);

// The row of a column, or -1 if the column is none.
DEVICE i32 row_of(const AttentionPrefix& a, const PrefixWork& work, u32 column)
{
    u32 member = column >> a.group_shift;
    bool has = member < static_cast<u32>(work.members)
        && (column & ((1u << a.group_shift) - 1)) < a.heads / a.kv_heads;
    return has ? a.members[static_cast<u32>(work.first_member) + member] : -1;
}

DEVICE u32 head_of(const AttentionPrefix& a, u32 kv_head, u32 column)
{
    return kv_head * (a.heads / a.kv_heads) + (column & ((1u << a.group_shift) - 1));
}

template <typename Cache, u32 D>
DEVICE void load_queries(
    Columns<Cache, D, NARROW>& columns, const AttentionPrefix& a, const PrefixWork& work, u32 kv_head, u32 first_column)
{
    clear(columns);
    UNROLL
    for (u32 n = 0; n < NARROW; n++)
    {
        u32 column = first_column + 8 * n + lane() / 4;
        i32 row = row_of(a, work, column);
        u64 element = (static_cast<u64>(row) * a.heads + head_of(a, kv_head, column)) * D;
        load_query(columns, n, row >= 0 ? a.queries + element : nullptr);
    }
}

template <typename Cache, u32 D>
DEVICE void store_partials(
    const Columns<Cache, D, NARROW>& columns, const AttentionPrefix& a, const PrefixWork& work, u32 kv_head,
    u32 first_column)
{
    PartialResults partials = {a.partial_outputs, a.partial_sums};
    UNROLL
    for (u32 n = 0; n < NARROW; n++)
    {
        UNROLL
        for (u32 h = 0; h < 2; h++)
        {
            u32 column = first_column + 8 * n + lane() % 4 * 2 + h;
            i32 row = row_of(a, work, column);
            if (row >= 0)
            {
                u64 partial = static_cast<u64>(a.first_partials[row]) + static_cast<u32>(work.first) / SPLIT;
                store_partial(partials, partial * a.heads + head_of(a, kv_head, column), columns, n, h);
            }
        }
    }
}

template <typename Cache, u32 D>
DEVICE void attend_prefix(const AttentionPrefix& a)
{
    PrefixWork work = a.work[blockIdx.x / a.kv_heads];
    if (work.first_member < 0)
    {
        return;
    }
    DYNAMIC_SHARED(u8, shared);
    u32 kv_head = blockIdx.x % a.kv_heads;
    u32 first_column = warp() * WARP_COLUMNS;
    Columns<Cache, D, NARROW> columns;
    load_queries(columns, a, work, kv_head, first_column);
    bool is_idle = first_column >> a.group_shift >= static_cast<u32>(work.members);
    i32 slice = a.slices[a.members[work.first_member]];
    const i32* table = a.block_tables + static_cast<u64>(slice) * a.table_stride;
    Context context = {a.keys, a.values, table, a.kv_heads, kv_head, a.block_shift};
    u32 end = static_cast<u32>(work.end);
    u32 first = static_cast<u32>(work.first);
    const i32 all[NARROW][2] = {};
    begin_tiles<Cache, D>(shared, context, first, end);
    for (u32 tile = first; tile < end; tile += TILE)
    {
        const u8* stage = wait_for_tile<Cache, D>(shared, context, tile, end);
        if (!is_idle)
        {
            take_tile(columns, stage, tile, end, false, all, a.scale);
        }
    }
    store_partials(columns, a, work, kv_head, first_column);
}

TILE_KERNELS(attention_prefix, AttentionPrefix, attend_prefix)
