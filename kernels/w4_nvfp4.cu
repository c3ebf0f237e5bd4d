// NVFP4 beside BF16 (w4.h). A product of E2M1 and E4M3 has 6 bits: weights become BF16 with their scales, exactly, but for a
// factor of 2^-10 that whoever reads y gives back with the scales of columns. It keeps all within BF16's exponents.
#include "w4.h"

// Scales as a byte of five bits of exponent and three of mantissa, 2^(e - 10) (1 + m / 8): E4M3's numbers, the subnormal ones
// as others, so that a shift makes BF16 of them. For lane / 4 the four outputs that its products have, of each four bytes
// along the tile. // [groups of outputs, tiles, 128]
struct Nvfp4
{
    static constexpr u32 UNITS = STEPS; // a scale for 16 inputs
    static constexpr bool FOLDS = false;
    static constexpr u32 SCALE_BYTES = WARP_OUTPUTS * STEPS;

    u32 scales[NARROW]; // pairs of 2^116 times the scale, BF16

    template <u32 TILES>
    static METHOD void copy_scales(SharedAddress to, const W4Product& a, u32 outputs, u32 tile)
    {
        if (lane() < TILES * SCALE_BYTES / 16)
        {
            const u8* from = a.scales + (static_cast<u64>(outputs) * tile_count(a) + tile) * SCALE_BYTES;
            cp_async_16(to + lane() * 16, from + lane() * 16);
        }
    }

    METHOD Nvfp4(SharedAddress kept, u32 unit)
    {
        uint4 v = load_shared_u4(kept + lane() / 4 * 16);
        u32 bytes[NARROW] = {v.x, v.y, v.z, v.w};
        UNROLL
        for (u32 n = 0; n < NARROW; n++)
        {
            scales[n] = byte_permute(bytes[n], 0, 0x4040 + unit * 0x0101) * 16 + 0x74807480;
        }
    }

    // Bits of four codes lie so that a turn and a mask bring each to sign, last two bits of the exponent and first of the
    // mantissa of a BF16, which is then 2^-126 of what it stands for; the last code needs two turns.
    METHOD void weights(u32 (&w)[NARROW][2], const u32* words) const
    {
        UNROLL
        for (u32 i = 0; i < 2; i++)
        {
            u32 word = words[i];
            w[2 * i][0] = times(rotate_left(word, 2) & 0x81C081C0, 2 * i);
            w[2 * i][1] = times(rotate_left(word, 6) & 0x81C081C0, 2 * i);
            w[2 * i + 1][0] = times(rotate_left(word, 12) & 0x81C081C0, 2 * i + 1);
            w[2 * i + 1][1] = times(and_or(word, 0x81808180, rotate_left(word, 8) & 0x00400040), 2 * i + 1);
        }
    }

    // Minus zero as the addend leaves the sign of a zero as it is.
    METHOD u32 times(u32 code, u32 n) const { return fma_bf16x2(code, scales[n], 0x80008000); }

    METHOD void fold(float (&)[NARROW][4], const float (&)[NARROW][4]) const {}
};

W4_KERNEL(w4_nvfp4_rows_16, Nvfp4, 16, 2)
W4_KERNEL(w4_nvfp4_rows_64, Nvfp4, 64, 2)
W4_KERNEL(w4_nvfp4_rows_128, Nvfp4, 128, 1)
