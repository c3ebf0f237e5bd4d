// x += y, and RMSNorm of x as the next product's input: w x / sqrt(mean(x^2) + epsilon) (Zhang and Sennrich 2019,
// arXiv 1910.07467). One pass over memory: a row stays in shared memory meanwhile. One block a row.
#include "nvfp4.h"
#include "product.h"
#include "reduce.h"

struct AddNorm
{
    const void* product;        // y, BF16 or int32; null to add nothing // [rows, hidden]
    const float* row_scales;    // of y; null is 1 // [rows]
    const float* column_scales; // of y; null is 1 // [hidden]
    const i32* row_list;        // rows to work on; null for all // [blocks]
    float* residual;            // x // [rows, hidden]
    const float* weight;        // w // [hidden]
    void* output;               // // [blocks, hidden]
    void* output_scales;        // written by forms with a scale per row, float32 // [blocks]; or per block: see nvfp4.h
    i32 hidden;                 // a multiple of 8; of 16 where blocks have scales
    float product_scale;
    float output_scale; // of the forms with a static scale
    float epsilon;
};

template <typename Product>
DEVICE float add_row(const AddNorm& a, u32 row, float* held)
{
    const Product* product = static_cast<const Product*>(a.product);
    float* residual = a.residual + static_cast<u64>(row) * a.hidden;
    float factor = product != nullptr ? row_factor(a.row_scales, row, a.product_scale) : 0;
    float squares = 0;
    for (u32 i = threadIdx.x * 8; i < static_cast<u32>(a.hidden); i += blockDim.x * 8)
    {
        float x[8];
        load_8(x, residual + i);
        if (product != nullptr)
        {
            float y[8];
            const float* scales = a.column_scales != nullptr ? a.column_scales + i : nullptr;
            load_scaled_8(y, product + static_cast<u64>(row) * a.hidden + i, factor, scales);
            for (u32 j = 0; j < 8; j++)
            {
                x[j] += y[j];
            }
            store_8(residual + i, x);
        }
        for (u32 j = 0; j < 8; j++)
        {
            squares = fma_rn(x[j], x[j], squares);
        }
        store_8(held + i, x);
    }
    return squares;
}

// Adds, holds the sums, and gives what they are multiplied by, all threads having written theirs.
template <typename Product>
DEVICE float add_and_scale(const AddNorm& a, float* held)
{
    u32 row = a.row_list != nullptr ? a.row_list[blockIdx.x] : blockIdx.x;
    float squares = block_sum(add_row<Product>(a, row, held));
    return div_rn(1, sqrt_rn(div_rn(squares, static_cast<float>(a.hidden)) + a.epsilon));
}

// Eight elements of the result.
DEVICE void normalize_8(float (&x)[8], const AddNorm& a, const float* held, u32 i, float scale)
{
    float w[8];
    load_8(x, held + i);
    load_8(w, a.weight + i);
    for (u32 j = 0; j < 8; j++)
    {
        x[j] = x[j] * scale * w[j];
    }
}

template <typename Product, typename Form>
DEVICE void add_norm(const AddNorm& a)
{
    DYNAMIC_SHARED(float, held); // [hidden]; each thread reads what it wrote itself
    float scale = add_and_scale<Product>(a, held);
    void* output = static_cast<u8*>(a.output) + static_cast<u64>(blockIdx.x) * a.hidden * Form::Bytes;
    float factor = Form::PerRow ? 0 : Form::factor(a.output_scale);
    u32 largest = 0;
    for (u32 i = threadIdx.x * 8; i < static_cast<u32>(a.hidden); i += blockDim.x * 8)
    {
        float x[8];
        normalize_8(x, a, held, i, scale);
        for (u32 j = 0; j < 8; j++)
        {
            u32 magnitude = magnitude_bits(x[j]);
            largest = magnitude > largest ? magnitude : largest;
        }
        if constexpr (Form::PerRow)
        {
            store_8(held + i, x);
        }
        else
        {
            Form::store(output, i, x, factor);
        }
    }
    if constexpr (Form::PerRow)
    {
        store_row<Form>(output, static_cast<float*>(a.output_scales) + blockIdx.x, held, a.hidden, largest);
    }
}

template <typename Product>
DEVICE void add_norm_to_nvfp4(const AddNorm& a)
{
    DYNAMIC_SHARED(float, held); // [hidden]
    float scale = add_and_scale<Product>(a, held);
    Nvfp4Rows output{a.output, a.output_scales, static_cast<u32>(a.hidden), a.output_scale};
    store_nvfp4(output, blockIdx.x, threadIdx.x, blockDim.x, [&](float (&x)[8], u32 i) { normalize_8(x, a, held, i, scale); });
}

KERNEL(add_norm_bf16_to_bf16, AddNorm) { add_norm<u16, ToBf16>(a); }
KERNEL(add_norm_bf16_to_e4m3, AddNorm) { add_norm<u16, ToE4m3>(a); }
KERNEL(add_norm_bf16_to_e4m3_row, AddNorm) { add_norm<u16, ToE4m3Row>(a); }
KERNEL(add_norm_bf16_to_int8_row, AddNorm) { add_norm<u16, ToInt8Row>(a); }
KERNEL(add_norm_bf16_to_nvfp4, AddNorm) { add_norm_to_nvfp4<u16>(a); }
KERNEL(add_norm_int32_to_bf16, AddNorm) { add_norm<i32, ToBf16>(a); }
KERNEL(add_norm_int32_to_e4m3, AddNorm) { add_norm<i32, ToE4m3>(a); }
KERNEL(add_norm_int32_to_e4m3_row, AddNorm) { add_norm<i32, ToE4m3Row>(a); }
KERNEL(add_norm_int32_to_int8_row, AddNorm) { add_norm<i32, ToInt8Row>(a); }
