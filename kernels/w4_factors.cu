// Factors on the inputs of a layer of 4-bit weights (AWQ: Lin et al. 2023, arXiv 2306.00978), in place, before its product: so
// the weights stay codes. Inputs are rounded to BF16 once more. Block (row, part of the row).
#include "product.h"

struct W4Factors
{
    u16* x;               // BF16 // [rows, depth]
    const float* factors; // // [depth]
    i32 depth;            // a multiple of 8
};

KERNEL(w4_factors, W4Factors)
{
    u32 i = (blockIdx.y * blockDim.x + threadIdx.x) * 8;
    if (i < static_cast<u32>(a.depth))
    {
        u16* x = a.x + static_cast<u64>(blockIdx.x) * a.depth + i;
        float v[8];
        load_scaled_8(v, x, 1, a.factors + i);
        store_bf16_8(x, v);
    }
}
