// Rows in NVFP4, as block-scaled products take them: E2M1 codes, two to a byte, an E4M3 scale for each block of 16, and one
// scale for all, which whoever reads the product applies. Rounded as the CPU engine rounds for such products.
#pragma once

#include "product.h"

struct Nvfp4Rows
{
    void* codes;  // // [rows, width / 2]
    void* scales; // in tiles of 128 rows by 4 blocks
    u32 width;    // a multiple of 16
    float scale;  // of all: the largest magnitude that is expected / (6 * 448)
};

// Tiles of 512 bytes one beside another, a row of tiles after the other: in them the rows 0, 32, 64 and 96 follow each
// other, four blocks each, then the rows 1, 33, 65 and 97 (NVIDIA's manual of cuBLAS, "1D Block Scaling Factors Layout").
DEVICE u64 block_scale_offset(u32 row, u32 block, u32 blocks)
{
    u64 tile = static_cast<u64>(row / 128) * ((blocks + 3) / 4) + block / 4;
    return tile * 512 + row % 32 * 16 + row % 128 / 32 * 4 + block % 4;
}

// What fills a row's last tile up must be a scale as well: it is multiplied by zeros.
DEVICE void store_block_scale(const Nvfp4Rows& y, u32 row, u32 block, u8 scale)
{
    u8* scales = static_cast<u8*>(y.scales);
    u32 blocks = y.width / 16;
    scales[block_scale_offset(row, block, blocks)] = scale;
    if (block + 1 == blocks)
    {
        for (u32 beyond = blocks; beyond % 4 != 0; beyond++)
        {
            scales[block_scale_offset(row, beyond, blocks)] = 0;
        }
    }
}

// The block's scale, and in `inverse` what its elements are multiplied by.
DEVICE u8 block_scale(const Nvfp4Rows& y, u32 largest, float& inverse)
{
    float global = div_rn(1, y.scale);
    u8 code = e4m3_from_f32(global * (bits_float(largest) * (1.0f / 6)));
    float scale = e4m3_to_f32(code);
    inverse = scale == 0 ? 0 : div_rn(1, scale * div_rn(1, global));
    return code;
}

DEVICE void store_block(const Nvfp4Rows& y, u32 row, u32 block, float (&v)[2][8])
{
    u32 largest = 0;
    for (u32 i = 0; i < 16; i++)
    {
        u32 magnitude = magnitude_bits(v[i / 8][i % 8]);
        largest = magnitude > largest ? magnitude : largest;
    }
    float inverse;
    store_block_scale(y, row, block, block_scale(y, largest, inverse));
    for (u32 i = 0; i < 16; i++)
    {
        v[i / 8][i % 8] *= inverse;
    }
    uint2* codes = static_cast<uint2*>(y.codes) + static_cast<u64>(row) * (y.width / 16) + block;
    *codes = uint2{pack_e2m1x8(v[0]), pack_e2m1x8(v[1])};
}

// Writes a row, each thread every `threads`th block from its own. `make(x, i)` gives the eight elements from i.
template <typename Make>
DEVICE void store_nvfp4(const Nvfp4Rows& y, u32 row, u32 thread, u32 threads, Make make)
{
    for (u32 block = thread; block < y.width / 16; block += threads)
    {
        float v[2][8];
        make(v[0], block * 16);
        make(v[1], block * 16 + 8);
        store_block(y, row, block, v);
    }
}
