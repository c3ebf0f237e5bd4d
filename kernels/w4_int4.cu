// INT4 beside BF16 (w4.h). A weight is (code - zero point) scale: the difference has 5 bits and becomes BF16, and a group's
// sum of products is multiplied by its scale in float32, so that no weight is rounded.
#include "w4.h"

// Scales of 32 outputs in their order, float32, then zero points: for lane / 4 four bytes, of the four outputs that its
// products have. // [groups of outputs, groups of inputs, 160]
template <u32 COUNT>
struct Int4
{
    static constexpr u32 UNITS = COUNT; // of a tile
    static constexpr bool FOLDS = true;
    static constexpr u32 ZERO_POINTS = WARP_OUTPUTS * 4;
    static constexpr u32 UNIT_BYTES = ZERO_POINTS + WARP_OUTPUTS;
    static constexpr u32 SCALE_BYTES = UNITS * UNIT_BYTES;

    u32 zero_points[NARROW]; // pairs of -(128 + zero point), BF16
    SharedAddress scales;    // of eight outputs in a row

    template <u32 TILES>
    static METHOD void copy_scales(SharedAddress to, const W4Product& a, u32 outputs, u32 tile)
    {
        constexpr u32 pieces = UNIT_BYTES / 16;
        constexpr u32 units = TILES * UNITS;
        u32 inputs = 1u << a.group_shift;
        u64 groups = (tile_count(a) * TILE_DEPTH + inputs - 1) >> a.group_shift;
        u64 first_group = outputs * groups + (tile * TILE_DEPTH >> a.group_shift);
        const u8* from = a.scales + first_group * UNIT_BYTES;
        // Two tiles may have one group.
        bool is_one = TILES == 2 && UNITS == 1 && inputs > TILE_DEPTH;
        UNROLL
        for (u32 first = 0; first < units * pieces; first += 32)
        {
            u32 i = first + lane();
            if (i < units * pieces)
            {
                cp_async_16(to + i * 16, from + (is_one && i >= pieces ? i - pieces : i) * 16);
            }
        }
    }

    METHOD Int4(SharedAddress kept, u32 unit)
    {
        SharedAddress from = kept + unit * UNIT_BYTES;
        u32 bytes = load_shared_u32(from + ZERO_POINTS + lane() / 4 * 4);
        UNROLL
        for (u32 n = 0; n < NARROW; n++)
        {
            zero_points[n] = byte_permute(bytes, 0xC3, 0x4040 + n * 0x0101);
        }
        scales = from + lane() % 4 * 32;
    }

    // A code in the last bits of 128 is 128 + code.
    METHOD void weights(u32 (&w)[NARROW][2], const u32* words) const
    {
        UNROLL
        for (u32 i = 0; i < 8; i++)
        {
            u32 code = and_or(words[i / 4] >> i % 4 * 4, 0x000F000F, 0x43004300);
            w[i / 2][i % 2] = fma_bf16x2(code, 0x3F803F80, zero_points[i / 2]);
        }
    }

    METHOD void fold(float (&sums)[NARROW][4], const float (&partial)[NARROW][4]) const
    {
        UNROLL
        for (u32 n = 0; n < NARROW; n += 2)
        {
            uint4 v = load_shared_u4(scales + n * 8);
            float factors[4] = {bits_float(v.x), bits_float(v.y), bits_float(v.z), bits_float(v.w)};
            UNROLL
            for (u32 i = 0; i < 8; i++)
            {
                float& sum = sums[n + i / 4][i % 4];
                sum = fma_rn(partial[n + i / 4][i % 4], factors[i / 4 * 2 + i % 2], sum);
            }
        }
    }
};

W4_KERNEL(w4_int4_16_rows_16, Int4<4>, 16, 2)
W4_KERNEL(w4_int4_16_rows_64, Int4<4>, 64, 2)
W4_KERNEL(w4_int4_16_rows_128, Int4<4>, 128, 1)
W4_KERNEL(w4_int4_32_rows_16, Int4<2>, 16, 2)
W4_KERNEL(w4_int4_32_rows_64, Int4<2>, 64, 2)
W4_KERNEL(w4_int4_32_rows_128, Int4<2>, 128, 1)
W4_KERNEL(w4_int4_64_rows_16, Int4<1>, 16, 2)
W4_KERNEL(w4_int4_64_rows_64, Int4<1>, 64, 2)
W4_KERNEL(w4_int4_64_rows_128, Int4<1>, 128, 1)
