// How a warp takes one tile of keys and values into account for its columns.
#pragma once

#include "attention_cache.h"

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
