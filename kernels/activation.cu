// silu(gate) up as the next product's input (Shazeer 2020, arXiv 2002.05202), of a product that has both side by side.
#include "nvfp4.h"
#include "product.h"
#include "reduce.h"

struct Activation
{
    const void* product;        // gate, then up; BF16 or int32 // [rows, 2 width]
    const float* row_scales;    // null is 1 // [rows]
    const float* column_scales; // null is 1 // [2 width]
    void* output;               // // [rows, width]
    void* output_scales;        // written by forms with a scale per row, float32 // [rows]; or per block: see nvfp4.h
    i32 width;                  // a multiple of 8; of 16 where blocks have scales
    float product_scale;
    float output_scale; // of the forms with a static scale
};

// The exponential and the reciprocal are the fast ones: with exact ones the arithmetic takes as long as the memory.
DEVICE float silu(float x)
{
    constexpr float Log2E = 1.44269504f;
    return x * rcp_approx(1 + exp2_approx(-Log2E * x));
}

// Eight elements of the result.
template <typename Product>
DEVICE void activate_8(float (&v)[8], const Activation& a, u32 row, u32 i, float factor)
{
    const Product* gate = static_cast<const Product*>(a.product) + static_cast<u64>(row) * 2 * a.width + i;
    const float* scales = a.column_scales != nullptr ? a.column_scales + i : nullptr;
    float up[8];
    load_scaled_8(v, gate, factor, scales);
    load_scaled_8(up, gate + a.width, factor, scales != nullptr ? scales + a.width : nullptr);
    for (u32 j = 0; j < 8; j++)
    {
        v[j] = silu(v[j]) * up[j];
    }
}

// Block (row, part of the row).
template <typename Product, typename Form>
DEVICE void activate(const Activation& a)
{
    u32 row = blockIdx.x;
    float factor = row_factor(a.row_scales, row, a.product_scale);
    void* output = static_cast<u8*>(a.output) + static_cast<u64>(row) * a.width * Form::Bytes;
    float form_factor = Form::factor(a.output_scale);
    u32 step = gridDim.y * blockDim.x * 8;
    for (u32 i = (blockIdx.y * blockDim.x + threadIdx.x) * 8; i < static_cast<u32>(a.width); i += step)
    {
        float v[8];
        activate_8<Product>(v, a, row, i, factor);
        Form::store(output, i, v, form_factor);
    }
}

// One block a row, which stays in shared memory until its largest magnitude is known.
template <typename Product, typename Form>
DEVICE void activate_row(const Activation& a)
{
    DYNAMIC_SHARED(float, held); // [width]
    u32 row = blockIdx.x;
    float factor = row_factor(a.row_scales, row, a.product_scale);
    u32 largest = 0;
    for (u32 i = threadIdx.x * 8; i < static_cast<u32>(a.width); i += blockDim.x * 8)
    {
        float v[8];
        activate_8<Product>(v, a, row, i, factor);
        for (u32 j = 0; j < 8; j++)
        {
            u32 magnitude = magnitude_bits(v[j]);
            largest = magnitude > largest ? magnitude : largest;
        }
        store_8(held + i, v);
    }
    void* output = static_cast<u8*>(a.output) + static_cast<u64>(row) * a.width * Form::Bytes;
    store_row<Form>(output, static_cast<float*>(a.output_scales) + row, held, a.width, largest);
}

// Block (row, part of the row).
template <typename Product>
DEVICE void activate_to_nvfp4(const Activation& a)
{
    u32 row = blockIdx.x;
    float factor = row_factor(a.row_scales, row, a.product_scale);
    Nvfp4Rows output{a.output, a.output_scales, static_cast<u32>(a.width), a.output_scale};
    store_nvfp4(
        output, row, blockIdx.y * blockDim.x + threadIdx.x, gridDim.y * blockDim.x,
        [&](float (&v)[8], u32 i) { activate_8<Product>(v, a, row, i, factor); });
}

KERNEL(activate_bf16_to_bf16, Activation) { activate<u16, ToBf16>(a); }
KERNEL(activate_bf16_to_e4m3, Activation) { activate<u16, ToE4m3>(a); }
KERNEL(activate_bf16_to_e4m3_row, Activation) { activate_row<u16, ToE4m3Row>(a); }
KERNEL(activate_bf16_to_int8_row, Activation) { activate_row<u16, ToInt8Row>(a); }
KERNEL(activate_bf16_to_nvfp4, Activation) { activate_to_nvfp4<u16>(a); }
KERNEL(activate_int32_to_bf16, Activation) { activate<i32, ToBf16>(a); }
KERNEL(activate_int32_to_e4m3, Activation) { activate<i32, ToE4m3>(a); }
KERNEL(activate_int32_to_e4m3_row, Activation) { activate_row<i32, ToE4m3Row>(a); }
KERNEL(activate_int32_to_int8_row, Activation) { activate_row<i32, ToInt8Row>(a); }
