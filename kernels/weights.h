// The weights of a row's tokens in descending order, equal ones by ascending id, without sorting a vocabulary: windows of
// the next few hundred are picked out by a histogram over their leading bits, and only those are put in order. One block
// works on one row; all of its threads call all of this together.
#pragma once

#include "reduce.h"

constexpr u32 MostInWindow = 512;
constexpr u32 DigitBits = 8;
constexpr u32 Bins = 1 << DigitBits;

struct Weights
{
    const float* values; // none below 0 // [count]
    u32 count;
    float floor; // weights below do not take part

    // The window that `sorted` holds, largest first. A key is a weight's bits over the complement of its id.
    u64* sorted; // shared // [MostInWindow]
    u64 upper;   // all keys of the window are below; 0 if there is no window yet
    u32 length;
};

DEVICE float weight_of(u64 key) { return bits_float(static_cast<u32>(key >> 32)); }

DEVICE u32 id_of(u64 key) { return ~static_cast<u32>(key); }

DEVICE u64 key_of(const Weights& w, u32 id)
{
    return static_cast<u64>(float_bits(w.values[id])) << 32 | static_cast<u32>(~id);
}

// Calls visit(key) for the keys below `upper` that have `prefix` in front of a digit and what follows it.
template <typename Visit>
DEVICE void for_each_key(const Weights& w, u64 upper, u64 prefix, u32 shift, Visit visit)
{
    u32 above = shift + DigitBits;
    for (u32 id = threadIdx.x; id < w.count; id += blockDim.x)
    {
        u64 key = key_of(w, id);
        bool matches = above >= 64 || (key >> above) == (prefix >> above);
        if (matches && key < upper && w.values[id] >= w.floor)
        {
            visit(key);
        }
    }
}

// The smallest key of the next window, so that at most MostInWindow are in it. Digit by digit: as many of the largest bins
// as fit; where even the first does not, its keys by their next digit. Ids end that at the latest.
DEVICE u64 window_border(const Weights& w, u64 upper)
{
    SHARED_ARRAY(u32, bins, Bins);
    SHARED_ARRAY(u32, found, 2); // Bins - the lowest bin that fits; the highest bin that is not empty
    u64 prefix = 0;
    for (u32 shift = 64 - DigitBits;; shift -= DigitBits)
    {
        sync_block();
        for (u32 i = threadIdx.x; i < Bins; i += blockDim.x)
        {
            bins[i] = 0;
        }
        if (threadIdx.x < 2)
        {
            found[threadIdx.x] = 0;
        }
        sync_block();
        for_each_key(w, upper, prefix, shift, [&](u64 key) { atomic_add(&bins[key >> shift & (Bins - 1)], 1); });
        sync_block();
        for (u32 i = threadIdx.x; i < Bins; i += blockDim.x)
        {
            u32 from_here = 0;
            for (u32 j = i; j < Bins; j++)
            {
                from_here += bins[j];
            }
            if (from_here <= MostInWindow)
            {
                atomic_max(&found[0], Bins - i);
            }
            if (bins[i] > 0)
            {
                atomic_max(&found[1], i);
            }
        }
        sync_block();
        u32 lowest = Bins - found[0], highest = found[1];
        if (lowest <= highest || bins[highest] == 0)
        {
            return prefix | static_cast<u64>(lowest) << shift;
        }
        prefix |= static_cast<u64>(highest) << shift;
    }
}

// Fills the window below a key; its length is 0 if there is nothing left.
DEVICE void find_window(Weights& w, u64 upper)
{
    SHARED_ARRAY(u64, keys, MostInWindow);
    SHARED_ARRAY(u32, length, 1);
    u64 border = window_border(w, upper);
    sync_block();
    if (threadIdx.x == 0)
    {
        *length = 0;
    }
    sync_block();
    for_each_key(w, upper, 0, 64, [&](u64 key)
    {
        if (key >= border)
        {
            keys[atomic_add(length, 1)] = key;
        }
    });
    sync_block();
    w.upper = upper;
    w.length = *length;
    for (u32 i = threadIdx.x; i < w.length; i += blockDim.x)
    {
        u32 rank = 0;
        for (u32 j = 0; j < w.length; j++)
        {
            rank += keys[j] > keys[i];
        }
        w.sorted[rank] = keys[i];
    }
    sync_block();
}

// Calls take(weight, id) on thread 0 for one token after another, until it returns true or no token is left.
template <typename Take>
DEVICE void in_descending_order(Weights& w, Take take)
{
    SHARED_ARRAY(u32, is_over, 1);
    u64 upper = ~0ull;
    for (;;)
    {
        if (w.upper != upper)
        {
            find_window(w, upper);
        }
        sync_block();
        if (threadIdx.x == 0)
        {
            bool stops = false;
            for (u32 i = 0; i < w.length && !stops; i++)
            {
                stops = take(weight_of(w.sorted[i]), id_of(w.sorted[i]));
            }
            *is_over = stops || w.length == 0;
        }
        sync_block();
        if (*is_over)
        {
            return;
        }
        upper = w.sorted[w.length - 1];
    }
}
