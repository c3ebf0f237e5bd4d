// What all attention kernels keep to, whatever part of a context they compute.
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

// What to subtract from scores: a column that has seen nothing yet has no maximum, and infinities would leave a NaN.
DEVICE float base_of(float maximum) { return maximum == minus_infinity() ? 0 : maximum; }

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
