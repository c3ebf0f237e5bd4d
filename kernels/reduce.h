// What all threads of a block together have, the same on every thread, in an order that only the block's size decides.
#pragma once

#include "gpu.h"

constexpr u32 MostWarps = 32;

DEVICE float block_sum(float value)
{
    SHARED_ARRAY(float, parts, MostWarps);
    for (u32 mask = 16; mask > 0; mask /= 2)
    {
        value += shuffle_xor(value, mask);
    }
    sync_block(); // an earlier sum may still be read
    if (lane() == 0)
    {
        parts[warp()] = value;
    }
    sync_block();
    float sum = 0;
    for (u32 i = 0; i < blockDim.x / 32; i++)
    {
        sum += parts[i];
    }
    return sum;
}

DEVICE u64 shuffle_xor(u64 value, u32 mask)
{
    u64 upper = shuffle_xor(static_cast<u32>(value >> 32), mask);
    return upper << 32 | shuffle_xor(static_cast<u32>(value), mask);
}

// Of u32 or u64.
template <typename T>
DEVICE T block_max(T value)
{
    SHARED_ARRAY(T, parts, MostWarps);
    for (u32 mask = 16; mask > 0; mask /= 2)
    {
        T other = shuffle_xor(value, mask);
        value = other > value ? other : value;
    }
    sync_block();
    if (lane() == 0)
    {
        parts[warp()] = value;
    }
    sync_block();
    T largest = 0;
    for (u32 i = 0; i < blockDim.x / 32; i++)
    {
        largest = parts[i] > largest ? parts[i] : largest;
    }
    return largest;
}

// Magnitudes compare as their bits do, and what is not a number is above them all and so is not lost.
DEVICE u32 magnitude_bits(float x) { return float_bits(x) & 0x7FFFFFFF; }
