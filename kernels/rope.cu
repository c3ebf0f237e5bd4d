// Splits the rows of the product for queries, keys and values, turns queries and keys to their positions (Su et al. 2021,
// arXiv 2104.09864; element i turns with element i + head_dim / 2), and writes keys and values into the paged cache.
// One block a row.
#include "product.h"

struct RopeStore
{
    const void* product;        // queries, keys, values; BF16 or int32 // [rows, (heads + 2 kv_heads) head_dim]
    const float* row_scales;    // null is 1 // [rows]
    const float* column_scales; // null is 1 // [(heads + 2 kv_heads) head_dim]
    const float* cosines;       // // [positions, head_dim / 2]
    const float* sines;         // // [positions, head_dim / 2]
    const i32* positions;       // below 0: a row that only fills the step up, of which nothing is written // [rows]
    const i32* slices;          // // [rows]
    const i32* block_tables;    // // [slices, table_stride]
    u16* queries;               // BF16 // [rows, heads, head_dim]
    void* keys;                 // E4M3 or BF16 // [blocks, kv_heads, block_tokens, head_dim]
    void* values;               // E4M3 or BF16 // [blocks, kv_heads, block_tokens, head_dim]
    i32 heads;
    i32 kv_heads;
    i32 head_dim; // a multiple of 16
    i32 table_stride;
    i32 block_tokens;
    float product_scale;
    float key_scale;   // E4M3: codes stand for value / scale
    float value_scale;
};

struct StoreBf16
{
    DEVICE void store(void* cache, u64 i, const float (&v)[8], float) { store_bf16_8(static_cast<u16*>(cache) + i, v); }
};

struct StoreE4m3
{
    DEVICE void store(void* cache, u64 i, const float (&v)[8], float scale)
    {
        float scaled[8];
        for (u32 j = 0; j < 8; j++)
        {
            scaled[j] = div_rn(v[j], scale);
        }
        store_e4m3_8(static_cast<u8*>(cache) + i, scaled);
    }
};

// Of one row.
template <typename Product, typename Cache>
struct RopeRow
{
    const RopeStore& a;
    const Product* product;
    float factor;
    i32 position;
    u64 slot; // of head 0 in the cache, in elements

    METHOD void load(float (&v)[8], u32 column) const
    {
        load_scaled_8(v, product + column, factor, a.column_scales != nullptr ? a.column_scales + column : nullptr);
    }

    METHOD u64 place(u32 kv_head, u32 i) const
    {
        return slot + static_cast<u64>(kv_head) * a.block_tokens * a.head_dim + i;
    }

    // Elements i to i + 7 and their partners of one head, queries' heads first, then keys'.
    METHOD void turn(u32 head, u32 i) const
    {
        u32 half = a.head_dim / 2;
        float first[8], second[8], cosine[8], sine[8], x[8], y[8];
        load(first, head * a.head_dim + i);
        load(second, head * a.head_dim + i + half);
        load_8(cosine, a.cosines + static_cast<u64>(position) * half + i);
        load_8(sine, a.sines + static_cast<u64>(position) * half + i);
        for (u32 j = 0; j < 8; j++)
        {
            x[j] = first[j] * cosine[j] - second[j] * sine[j];
            y[j] = second[j] * cosine[j] + first[j] * sine[j];
        }
        if (head < static_cast<u32>(a.heads))
        {
            u16* query = a.queries + (static_cast<u64>(blockIdx.x) * a.heads + head) * a.head_dim + i;
            store_bf16_8(query, x);
            store_bf16_8(query + half, y);
        }
        else
        {
            Cache::store(a.keys, place(head - a.heads, i), x, a.key_scale);
            Cache::store(a.keys, place(head - a.heads, i + half), y, a.key_scale);
        }
    }

    METHOD void copy_value(u32 kv_head, u32 i) const
    {
        float v[8];
        load(v, (a.heads + a.kv_heads + kv_head) * a.head_dim + i);
        Cache::store(a.values, place(kv_head, i), v, a.value_scale);
    }
};

template <typename Product, typename Cache>
DEVICE void rope_store(const RopeStore& a)
{
    u32 row = blockIdx.x;
    i32 position = a.positions[row];
    if (position < 0)
    {
        return;
    }
    u32 columns = (a.heads + 2 * a.kv_heads) * a.head_dim;
    i32 block = a.block_tables[static_cast<u64>(a.slices[row]) * a.table_stride + position / a.block_tokens];
    u64 slot = (static_cast<u64>(block) * a.kv_heads * a.block_tokens + position % a.block_tokens) * a.head_dim;
    RopeRow<Product, Cache> rope{
        a, static_cast<const Product*>(a.product) + static_cast<u64>(row) * columns,
        row_factor(a.row_scales, row, a.product_scale), position, slot};
    u32 turns = a.head_dim / 16, copies = a.head_dim / 8;
    u32 turned = (a.heads + a.kv_heads) * turns;
    for (u32 i = threadIdx.x; i < turned + a.kv_heads * copies; i += blockDim.x)
    {
        if (i < turned)
        {
            rope.turn(i / turns, i % turns * 8);
        }
        else
        {
            rope.copy_value((i - turned) / copies, (i - turned) % copies * 8);
        }
    }
}

KERNEL(rope_bf16_kv_bf16, RopeStore) { rope_store<u16, StoreBf16>(a); }
KERNEL(rope_bf16_kv_e4m3, RopeStore) { rope_store<u16, StoreE4m3>(a); }
KERNEL(rope_int32_kv_bf16, RopeStore) { rope_store<i32, StoreBf16>(a); }
KERNEL(rope_int32_kv_e4m3, RopeStore) { rope_store<i32, StoreE4m3>(a); }
