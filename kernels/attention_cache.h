// A layer's cache of keys and values: where a position's row stands, how a warp's lanes share it, and how what they hold
// becomes the wide side of a tensor core's product.
#pragma once

#include "attention.h"

// A layer's cache: keys and values apart. // [blocks, kv_heads, 1 << block_shift, D]
DEVICE u64 cache_row(u32 block, u32 kv_heads, u32 kv_head, u32 block_shift, u32 position)
{
    u64 head = static_cast<u64>(block) * kv_heads + kv_head;
    return (head << block_shift) + (position & ((1u << block_shift) - 1));
}

// A cache of E4M3 codes. Queries and weights are F16: they have 11 bits, all that BF16 queries have.
struct Fp8Cache
{
    static constexpr u32 BYTES = 1;

    DEVICE u32 query_pair(u32 bf16)
    {
        float2 q = bf16x2_to_f32(bf16);
        return pack_f16x2(q.x, q.y);
    }

    DEVICE u32 weight_pair(float lower, float upper) { return pack_f16x2(lower, upper); }

    // Elements 4 step to 4 step + 3 of what two lanes' rows hold.
    DEVICE void key_fragment(u32 (&a)[4], const u32* lower, const u32* upper, u32 step)
    {
        e4m3x4_to_f16x2(a[0], a[2], lower[step]);
        e4m3x4_to_f16x2(a[1], a[3], upper[step]);
    }

    // Elements 2 band and 2 band + 1 of four positions, two positions to a register.
    DEVICE void value_fragment(u32 (&a)[4], const u32* v0, const u32* v1, const u32* v2, const u32* v3, u32 band)
    {
        u32 word = band / 2;
        u32 selector = band % 2 == 0 ? 0x5140 : 0x7362;
        e4m3x4_to_f16x2(a[0], a[1], byte_permute(v0[word], v1[word], selector));
        e4m3x4_to_f16x2(a[2], a[3], byte_permute(v2[word], v3[word], selector));
    }

    DEVICE void multiply(float (&d)[4], const u32 (&a)[4], const u32 (&b)[2]) { mma_f16(d, a, b); }
};

// A cache of BF16. Weights are BF16 too, since both sides of a product have one type.
struct Bf16Cache
{
    static constexpr u32 BYTES = 2;

    DEVICE u32 query_pair(u32 bf16) { return bf16; }

    DEVICE u32 weight_pair(float lower, float upper) { return pack_bf16x2(lower, upper); }

    DEVICE void key_fragment(u32 (&a)[4], const u32* lower, const u32* upper, u32 step)
    {
        a[0] = lower[2 * step];
        a[1] = upper[2 * step];
        a[2] = lower[2 * step + 1];
        a[3] = upper[2 * step + 1];
    }

    DEVICE void value_fragment(u32 (&a)[4], const u32* v0, const u32* v1, const u32* v2, const u32* v3, u32 band)
    {
        a[0] = byte_permute(v0[band], v1[band], 0x5410);
        a[1] = byte_permute(v0[band], v1[band], 0x7632);
        a[2] = byte_permute(v2[band], v3[band], 0x5410);
        a[3] = byte_permute(v2[band], v3[band], 0x7632);
    }

    DEVICE void multiply(float (&d)[4], const u32 (&a)[4], const u32 (&b)[2]) { mma_bf16(d, a, b); }
};

// How the lanes (g = lane / 4, c = lane % 4) share a head's row of D elements in the cache. Keys: the four lanes of one g
// share the row of position g, and another of position g + 8. Values: the eight lanes of one c share the rows of positions
// 2c, 2c + 1, 2c + 8 and 2c + 9. Each takes up to 16 bytes, then the lanes beside it, then it again, so that a warp's load
// covers whole sectors. That the head's elements come in another order so is no matter: queries are loaded in the same
// order as keys, and outputs are stored where their values came from.
template <typename Cache, u32 D>
struct Rows
{
    static constexpr u32 BYTES = D * Cache::BYTES;
    static constexpr u32 KEY_LOAD = BYTES < 64 ? BYTES / 4 : 16;
    static constexpr u32 KEY_WORDS = BYTES / 16; // of one lane and position
    static constexpr u32 VALUE_LOAD = BYTES < 128 ? BYTES / 8 : 16;
    static constexpr u32 VALUE_WORDS = BYTES / 32; // of one lane and position
    static constexpr u32 WORDS = BYTES / 8;        // of one lane and fragment, keys or values
    static constexpr u32 STEPS = D / 16;           // products that a score takes
    static constexpr u32 BANDS = D / 16;           // products that 16 positions' values take

    // The element of the head that is the i-th of lane c's key.
    DEVICE u32 key_element(u32 c, u32 i)
    {
        constexpr u32 load = KEY_LOAD / Cache::BYTES;
        return (i / load * 4 + c) * load + i % load;
    }

    // The element of the head that is the i-th of lane g's value.
    DEVICE u32 value_element(u32 g, u32 i)
    {
        constexpr u32 load = VALUE_LOAD / Cache::BYTES;
        return (i / load * 8 + g) * load + i % load;
    }
};
