// Matrix products, which a library of the GPU's maker computes elsewhere. Whoever calls it includes this: its linkage tells no
// parameters apart.
#pragma once

#include "../gpu.h"

// Of an operand; the numbers are those of ElementType on the host.
enum class Element : i32
{
    Float32,
    BFloat16,
    E4M3,
    Int8,
    Int32,
    E2M1,
};

// y = x wT. // x: [rows, depth], w: [columns, depth], y: [rows, columns]; scales of blocks in tiles, for E2M1 only
extern "C" void emulator_multiply(
    const void* x, const void* w, void* y, const u8* x_scales, const u8* w_scales, u64 rows, u64 columns, u64 depth, Element input,
    Element output);
