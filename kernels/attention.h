// What the attention kernels have in common: how a warp takes one tile of keys and values into account for its columns.
//
// A column is one query head of one position. Keys and values stand on the wide side of the tensor core's product, columns
// on its narrow side, in every kernel: a decode token has 1 to 8 columns for each head of the cache, and a wide side of
// queries would be empty but for those. So S^T = K Q^T and O^T = V^T P^T, and P^T is transposed between the two.
//
// A row's bits do not depend on which kernel computes it, how its prompt was cut, or what else is in the step, because
// what is added to what is fixed by positions alone:
//  1. positions are taken in tiles of 64 in ascending order, each column's running maximum renewed once per tile, and
//     inside of a tile in products of 16 positions;
//  2. every 512 positions (a split) the accumulation starts anew;
//  3. the splits' results are folded in ascending order, in float32.
// The decode kernel gives each split to a warp, the chunk kernel does one after another, and the prefix kernel leaves off
// at a tile's end where the decode kernel goes on; the merge kernel folds what the chunk kernel folds by itself. It relies
// on one thing that the hardware's manual does not promise: that an element of a product is computed in the same way
// whichever row and column it stands in.
//
// This is also the accumulation in two levels that FP8 wants. The first level is the tensor core's own float32, over at
// most 512 positions between two resets; its additions truncate, so that its error grows with their number. The second is
// fused multiply-add, rounded to nearest, over splits. Codes of E4M3 are turned to F16, which is exact, and multiplied
// as such: tensor cores of Hopper add products of FP8 with 14 bits only.
#pragma once

#include "gpu.h"

constexpr u32 FRAGMENT = 16; // positions of one product
constexpr u32 TILE = 64;     // positions between two looks at the maximum
constexpr u32 SPLIT = 512;   // positions that are added up before they are folded
constexpr u32 FRAGMENTS = TILE / FRAGMENT;

DEVICE float minus_infinity() { return bits_float(0xFF800000); }

DEVICE u32 least(u32 a, u32 b) { return a < b ? a : b; }

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

// N times 8 columns of one warp. Lane (g, c) has column 8n + g of the queries, and 8n + 2c and 8n + 2c + 1 of all else.
template <typename Cache, u32 D, u32 N>
struct Columns
{
    u32 queries[N][D / 16][2];
    float outputs[N][D / 16][4]; // not yet divided by the sums
    float maxima[N][2];          // of scores times scale times log2 e
    float sums[N][2];            // of 2^(score - maximum)
};

template <typename Cache, u32 D, u32 N>
DEVICE void clear(Columns<Cache, D, N>& columns)
{
    UNROLL
    for (u32 n = 0; n < N; n++)
    {
        UNROLL
        for (u32 h = 0; h < 2; h++)
        {
            columns.maxima[n][h] = minus_infinity();
            columns.sums[n][h] = 0;
        }
        UNROLL
        for (u32 band = 0; band < D / 16; band++)
        {
            UNROLL
            for (u32 i = 0; i < 4; i++)
            {
                columns.outputs[n][band][i] = 0;
            }
        }
    }
}

// Null stands for a column that does not exist.
template <typename Cache, u32 D, u32 N>
DEVICE void load_query(Columns<Cache, D, N>& columns, u32 n, const u16* query)
{
    u32 c = lane() % 4;
    UNROLL
    for (u32 step = 0; step < D / 16; step++)
    {
        uint2 four = {0, 0};
        if (query != nullptr)
        {
            four = *reinterpret_cast<const uint2*>(query + Rows<Cache, D>::key_element(c, 4 * step));
        }
        columns.queries[n][step][0] = Cache::query_pair(four.x);
        columns.queries[n][step][1] = Cache::query_pair(four.y);
    }
}

// scores = keys x queries for 16 positions: words are position g's, then position g + 8's.
template <typename Cache, u32 D, u32 N>
DEVICE void score(float (&scores)[N][4], const u32 (&words)[D * Cache::BYTES / 8], const Columns<Cache, D, N>& columns)
{
    UNROLL
    for (u32 n = 0; n < N; n++)
    {
        UNROLL
        for (u32 i = 0; i < 4; i++)
        {
            scores[n][i] = 0;
        }
    }
    UNROLL
    for (u32 step = 0; step < D / 16; step++)
    {
        u32 a[4];
        Cache::key_fragment(a, words, words + Rows<Cache, D>::KEY_WORDS, step);
        UNROLL
        for (u32 n = 0; n < N; n++)
        {
            Cache::multiply(scores[n], a, columns.queries[n][step]);
        }
    }
}

// A tile's scores count up to each column's last position; -1 sees none.
template <u32 N>
DEVICE void mask(float (&scores)[FRAGMENTS][N][4], u32 tile, const i32 (&last)[N][2])
{
    UNROLL
    for (u32 f = 0; f < FRAGMENTS; f++)
    {
        UNROLL
        for (u32 n = 0; n < N; n++)
        {
            UNROLL
            for (u32 i = 0; i < 4; i++)
            {
                i32 position = static_cast<i32>(tile + f * FRAGMENT + lane() / 4 + i / 2 * 8);
                scores[f][n][i] = position <= last[n][i % 2] ? scores[f][n][i] : minus_infinity();
            }
        }
    }
}

DEVICE float maximum_of_column(float x)
{
    x = fmaxf(x, shuffle_xor(x, 4u));
    x = fmaxf(x, shuffle_xor(x, 8u));
    return fmaxf(x, shuffle_xor(x, 16u));
}

DEVICE float sum_of_column(float x)
{
    x += shuffle_xor(x, 4u);
    x += shuffle_xor(x, 8u);
    return x + shuffle_xor(x, 16u);
}

// What to subtract from scores: a column that has seen nothing yet has no maximum, and infinities would leave a NaN.
DEVICE float base_of(float maximum) { return maximum == minus_infinity() ? 0 : maximum; }

// Turns one column's scores of a tile into weights, and gives the factor that what was added before has to take.
template <u32 N>
DEVICE float soften(float (&scores)[FRAGMENTS][N][4], u32 n, u32 h, float& maximum, float& sum, float scale)
{
    float top = minus_infinity();
    UNROLL
    for (u32 f = 0; f < FRAGMENTS; f++)
    {
        top = fmaxf(top, fmaxf(scores[f][n][h], scores[f][n][h + 2]));
    }
    float largest = fmaxf(maximum, maximum_of_column(top) * scale);
    float base = base_of(largest);
    float kept = exp2_approx(maximum - base);
    float total = 0;
    UNROLL
    for (u32 f = 0; f < FRAGMENTS; f++)
    {
        scores[f][n][h] = exp2_approx(fma_rn(scores[f][n][h], scale, -base));
        scores[f][n][h + 2] = exp2_approx(fma_rn(scores[f][n][h + 2], scale, -base));
        total = total + scores[f][n][h] + scores[f][n][h + 2];
    }
    sum = fma_rn(sum, kept, sum_of_column(total));
    maximum = largest;
    return kept;
}

// Takes a tile's scores into the maxima and sums, rescales the outputs, and leaves weights as the right side of products.
template <typename Cache, u32 D, u32 N>
DEVICE void weigh(
    u32 (&weights)[FRAGMENTS][N][2], float (&scores)[FRAGMENTS][N][4], Columns<Cache, D, N>& columns, float scale)
{
    float kept[N][2];
    bool moves = false;
    UNROLL
    for (u32 n = 0; n < N; n++)
    {
        UNROLL
        for (u32 h = 0; h < 2; h++)
        {
            kept[n][h] = soften(scores, n, h, columns.maxima[n][h], columns.sums[n][h], scale);
            moves = moves || kept[n][h] != 1;
        }
        UNROLL
        for (u32 f = 0; f < FRAGMENTS; f++)
        {
            weights[f][n][0] = movmatrix_trans(Cache::weight_pair(scores[f][n][0], scores[f][n][1]));
            weights[f][n][1] = movmatrix_trans(Cache::weight_pair(scores[f][n][2], scores[f][n][3]));
        }
    }

    // Maxima settle after a few tiles; a factor of 1 changes no bit, so that it is no matter whose maximum moved.
    if (ballot(moves) != 0)
    {
        UNROLL
        for (u32 n = 0; n < N; n++)
        {
            UNROLL
            for (u32 band = 0; band < D / 16; band++)
            {
                UNROLL
                for (u32 i = 0; i < 4; i++)
                {
                    columns.outputs[n][band][i] *= kept[n][i % 2];
                }
            }
        }
    }
}

// The words of one of the four positions of a lane's values, 0 to 3, in the fragment.
DEVICE u32 value_position(u32 i) { return lane() % 4 * 2 + i % 2 + i / 2 * 8; }

// Blanks the values from a position on. Their weights are zero, but what stands there may be no number.
template <u32 WORDS>
DEVICE void blank_values(u32 (&words)[WORDS], u32 first, u32 end)
{
    UNROLL
    for (u32 i = 0; i < 4; i++)
    {
        bool is_blank = first + value_position(i) >= end;
        UNROLL
        for (u32 word = 0; word < WORDS / 4; word++)
        {
            u32& value = words[i * (WORDS / 4) + word];
            value = is_blank ? 0 : value;
        }
    }
}

// outputs += values x weights for 16 positions.
template <typename Cache, u32 D, u32 N>
DEVICE void accumulate(
    Columns<Cache, D, N>& columns, const u32 (&words)[D * Cache::BYTES / 8], const u32 (&weights)[N][2])
{
    constexpr u32 count = Rows<Cache, D>::VALUE_WORDS;
    UNROLL
    for (u32 band = 0; band < D / 16; band++)
    {
        u32 a[4];
        Cache::value_fragment(a, words, words + count, words + 2 * count, words + 3 * count, band);
        UNROLL
        for (u32 n = 0; n < N; n++)
        {
            Cache::multiply(columns.outputs[n][band], a, weights[n]);
        }
    }
}

// Four outputs of a column that stand side by side, from element value_element(g, 4 quad) of the head on.
template <typename Cache, u32 D, u32 N>
DEVICE float4 output_quad(const Columns<Cache, D, N>& columns, u32 n, u32 h, u32 quad)
{
    const auto& outputs = columns.outputs[n];
    return float4{outputs[2 * quad][h], outputs[2 * quad][h + 2], outputs[2 * quad + 1][h], outputs[2 * quad + 1][h + 2]};
}

// How one split's result is added to that of the splits before it.
struct Fold
{
    float maximum;
    float kept;
    float added;
};

DEVICE Fold fold_of(float maximum, float other)
{
    float largest = fmaxf(maximum, other);
    float base = base_of(largest);
    return Fold{largest, exp2_approx(maximum - base), exp2_approx(other - base)};
}

DEVICE float fold(float value, float other, const Fold& f) { return fma_rn(other, f.added, value * f.kept); }

// A layer's cache: keys and values apart. // [blocks, kv_heads, 1 << block_shift, D]
DEVICE u64 cache_row(u32 block, u32 kv_heads, u32 kv_head, u32 block_shift, u32 position)
{
    u64 head = static_cast<u64>(block) * kv_heads + kv_head;
    return (head << block_shift) + (position & ((1u << block_shift) - 1));
}
