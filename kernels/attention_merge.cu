// Folds the splits of each row's context in ascending order, divides by the sum of weights, and writes all heads of the row
// as the output projection takes it. Rows of the chunk kernel come folded; those are rounded to BF16 on their way, so all
// are. One block a row.
#include "attention.h"
#include "nvfp4.h"
#include "product.h"

struct AttentionMerge
{
    const float* partial_outputs; // [partials, heads, head_dim]
    const float2* partial_sums;   // [partials, heads] maximum and sum
    const u16* mixed;             // BF16 [rows, heads, head_dim]: rows of the chunk kernel
    const i32* first_partials;    // [rows] negative: the row stands in mixed
    const i32* positions;         // [rows]
    void* results;                // [rows, heads, head_dim]
    void* result_scales;          // written by forms with a scale per row, float32 [rows]; or per block: see nvfp4.h
    float value_scale;
    float result_scale;           // of the forms with a static scale
    u32 heads;
    u32 head_dim;
};

static_assert(sizeof(AttentionMerge) == 72);

// Eight elements of the row, of one head, from its partial results.
DEVICE void merge_8(float (&x)[8], const AttentionMerge& a, u32 first_partial, u32 count, u32 element)
{
    u32 head = element / a.head_dim;
    float maximum = minus_infinity();
    float sum = 0;
    UNROLL
    for (u32 i = 0; i < 8; i++)
    {
        x[i] = 0;
    }
    for (u32 split = 0; split < count; split++)
    {
        u64 partial = static_cast<u64>(first_partial) + split;
        float2 others = a.partial_sums[partial * a.heads + head];
        float y[8];
        load_8(y, a.partial_outputs + partial * a.heads * a.head_dim + element);
        Fold f = fold_of(maximum, others.x);
        maximum = f.maximum;
        sum = fold(sum, others.y, f);
        UNROLL
        for (u32 i = 0; i < 8; i++)
        {
            x[i] = fold(x[i], y[i], f);
        }
    }
    float factor = div_rn(a.value_scale, sum);
    UNROLL
    for (u32 i = 0; i < 8; i++)
    {
        x[i] = bf16_to_f32(f32_to_bf16(x[i] * factor));
    }
}

// Eight elements of the row, wherever they stand.
DEVICE void merged_8(float (&x)[8], const AttentionMerge& a, u32 row, i32 first_partial, u32 element)
{
    if (first_partial >= 0)
    {
        merge_8(x, a, static_cast<u32>(first_partial), static_cast<u32>(a.positions[row]) / SPLIT + 1, element);
    }
    else
    {
        load_8(x, a.mixed + static_cast<u64>(row) * a.heads * a.head_dim + element);
    }
}

template <typename Form>
DEVICE void merge(const AttentionMerge& a)
{
    DYNAMIC_SHARED(float, held); // [heads * head_dim]; each thread reads what it wrote itself
    u32 row = blockIdx.x;
    u32 width = a.heads * a.head_dim;
    i32 first_partial = a.first_partials[row];
    void* results = static_cast<u8*>(a.results) + static_cast<u64>(row) * width * Form::Bytes;
    float factor = Form::PerRow ? 0 : Form::factor(a.result_scale);
    u32 largest = 0;
    for (u32 i = threadIdx.x * 8; i < width; i += blockDim.x * 8)
    {
        float x[8];
        merged_8(x, a, row, first_partial, i);
        if constexpr (Form::PerRow)
        {
            store_8(held + i, x);
            for (u32 j = 0; j < 8; j++)
            {
                u32 magnitude = magnitude_bits(x[j]);
                largest = magnitude > largest ? magnitude : largest;
            }
        }
        else
        {
            Form::store(results, i, x, factor);
        }
    }
    if constexpr (Form::PerRow)
    {
        store_row<Form>(results, static_cast<float*>(a.result_scales) + row, held, width, largest);
    }
}

DEVICE void merge_to_nvfp4(const AttentionMerge& a)
{
    u32 row = blockIdx.x;
    i32 first_partial = a.first_partials[row];
    Nvfp4Rows results{a.results, a.result_scales, a.heads * a.head_dim, a.result_scale};
    store_nvfp4(
        results, row, threadIdx.x, blockDim.x, [&](float (&x)[8], u32 i) { merged_8(x, a, row, first_partial, i); });
}

KERNEL(attention_merge_to_bf16, AttentionMerge) { merge<ToBf16>(a); }
KERNEL(attention_merge_to_e4m3, AttentionMerge) { merge<ToE4m3>(a); }
KERNEL(attention_merge_to_e4m3_row, AttentionMerge) { merge<ToE4m3Row>(a); }
KERNEL(attention_merge_to_int8_row, AttentionMerge) { merge<ToInt8Row>(a); }
KERNEL(attention_merge_to_nvfp4, AttentionMerge) { merge_to_nvfp4(a); }
