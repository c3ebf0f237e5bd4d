// A draw from a row's logits by temperature, top-k and top-p. Every sum has the CPU's order. One block a row; all of its
// threads call all of this together.
#pragma once

#include "choice_row.h"
#include "exponential.h"
#include "philox.h"
#include "weights.h"

constexpr u32 BlockLength = 512; // weights that are summed in float32; their totals are summed in float64
constexpr u32 SumLanes = 8;

// Turns logits into exp((logit - max) / temperature), and sums each block: eight lanes side by side, then their sums, then
// what no eight are left of. // totals: [blocks]
DEVICE void weigh(float* logits, u32 count, float max, float inverse, float* totals)
{
    u32 blocks = (count + BlockLength - 1) / BlockLength;
    u32 tasks = (blocks * SumLanes + blockDim.x - 1) / blockDim.x;
    for (u32 turn = 0; turn < tasks; turn++)
    {
        u32 task = turn * blockDim.x + threadIdx.x;
        u32 start = task / SumLanes * BlockLength, j = task % SumLanes;
        u32 length = start >= count ? 0 : count - start < BlockLength ? count - start : BlockLength;
        u32 whole = length / SumLanes * SumLanes;
        float sum = 0;
        for (u32 i = j; i < whole; i += SumLanes)
        {
            float weight = exponential((logits[start + i] - max) * inverse);
            logits[start + i] = weight;
            sum += weight;
        }
        // Lane j with j + 4, then with j + 2, then the last two.
        for (u32 mask = SumLanes / 2; mask > 0; mask /= 2)
        {
            sum += shuffle_xor(sum, mask);
        }
        if (j == 0 && length > 0)
        {
            for (u32 i = whole; i < length; i++)
            {
                logits[start + i] = exponential((logits[start + i] - max) * inverse);
                sum += logits[start + i];
            }
            totals[start / BlockLength] = sum;
        }
    }
    sync_block();
}

// Draws from all tokens, which are laid on [0, total) in ascending id.
DEVICE u32 draw_from_all(const float* weights, u32 count, const float* totals, double left)
{
    SHARED_ARRAY(float, part, BlockLength);
    SHARED_ARRAY(u32, place, 1); // the block to look into, then the token + 1
    u32 blocks = (count + BlockLength - 1) / BlockLength;
    if (threadIdx.x == 0)
    {
        u32 block = 0;
        while (block < blocks - 1 && left >= totals[block])
        {
            left -= totals[block++];
        }
        *place = block;
    }
    sync_block();
    // Rounding may leave a rest behind the block, which falls to the next ones.
    u32 first = *place * BlockLength;
    sync_block();
    for (u32 start = first; start < count; start += BlockLength)
    {
        u32 length = count - start < BlockLength ? count - start : BlockLength;
        for (u32 i = threadIdx.x; i < length; i += blockDim.x)
        {
            part[i] = weights[start + i];
        }
        sync_block();
        if (threadIdx.x == 0)
        {
            *place = 0;
            for (u32 i = 0; i < length && *place == 0; i++)
            {
                left -= part[i];
                *place = left < 0 ? start + i + 1 : 0;
            }
        }
        sync_block();
        if (*place != 0)
        {
            return *place - 1;
        }
        sync_block();
    }
    u32 last = 0;
    for (u32 id = threadIdx.x; id < count; id += blockDim.x)
    {
        last = weights[id] > 0 ? id + 1 : last;
    }
    return block_max(last) - 1;
}

constexpr double NoAim = 1e300;

// How many of the best tokens, and what they weigh together: at least one, at most `limit`, and no more than reach the aim.
struct Nucleus
{
    u32 kept;
    double sum;
};

// Known to thread 0 only.
DEVICE Nucleus take_best(Weights& w, u32 limit, double aim)
{
    Nucleus n{0, 0};
    in_descending_order(w, [&](float weight, u32)
    {
        n.sum += weight;
        n.kept++;
        return !(n.sum < aim) || n.kept == limit;
    });
    return n;
}

// Draws from the best tokens, which are laid on the line in descending weight. `total` is known to thread 0 only.
DEVICE u32 draw_from_best(const float* weights, u32 count, const ChoiceRow& row, double total, double uniform)
{
    SHARED_ARRAY(u64, sorted, MostInWindow);
    SHARED_ARRAY(float, floor, 1);
    SHARED_ARRAY(u32, token, 1);
    if (threadIdx.x == 0)
    {
        // Tokens below the floor weigh together less than what top-p may leave out.
        *floor = row.top_k == 0 ? static_cast<float>(total * (1 - row.top_p) / count) : 0;
    }
    sync_block();
    Weights w{weights, count, *floor, sorted, 0, 0};
    u32 limit = row.top_k == 0 || static_cast<u32>(row.top_k) > count ? count : row.top_k;
    if (row.top_k != 0)
    {
        total = take_best(w, limit, NoAim).sum;
    }
    Nucleus n = take_best(w, limit, row.top_p * total);
    double left = uniform * n.sum;
    u32 taken = 0;
    in_descending_order(w, [&](float weight, u32 id)
    {
        *token = id;
        left -= weight;
        return ++taken == n.kept || left < 0;
    });
    sync_block();
    return *token;
}

DEVICE u32 draw(const ChoiceRow& row, float* logits, u32 count, u32 best, float* totals)
{
    float max = logits[best];
    sync_block(); // weights take the logits' place
    weigh(logits, count, max, row.inverse_temperature, totals);
    double total = 0;
    for (u32 block = 0; threadIdx.x == 0 && block < (count + BlockLength - 1) / BlockLength; block++)
    {
        total += totals[block];
    }
    double uniform = philox_uniform(row.seed, row.row_key, row.position);
    return row.top_k == 0 && row.top_p >= 1 ? draw_from_all(logits, count, totals, uniform * total)
                                            : draw_from_best(logits, count, row, total, uniform);
}
