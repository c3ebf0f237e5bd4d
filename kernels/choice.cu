// The next token of each row from its logits, the one that the CPU engine chooses from the same logits: penalties, then the
// largest logit, or a draw. One block a row.
#include "draw.h"
#include "product.h"

constexpr i32 NotFinite = -2;
constexpr u64 NotFiniteKey = ~0ull;

struct Choice
{
    void* logits;               // float32 or int32; changed // [rows, stride]
    const float* row_scales;    // null is 1 // [rows]
    const float* column_scales; // null is 1 // [vocabulary]
    const ChoiceRow* rows;      // // [rows]
    const i32* penalty_tokens;  // distinct tokens of each row with penalties, prompt and completion
    const i32* penalty_counts;  // how often each was generated
    i32* chosen;                // -2 where a logit is not a finite number // [slots]
    i32 vocabulary;
    i32 stride;
    float scale;
};

template <typename T>
constexpr bool IsFloat = false;

template <>
constexpr bool IsFloat<float> = true;

template <typename Product>
DEVICE void scale_logits(const Choice& a, float* logits)
{
    if (IsFloat<Product> && a.row_scales == nullptr && a.column_scales == nullptr && a.scale == 1)
    {
        return;
    }
    const Product* product = reinterpret_cast<const Product*>(logits);
    float factor = row_factor(a.row_scales, blockIdx.x, a.scale);
    for (u32 id = threadIdx.x; id < static_cast<u32>(a.vocabulary); id += blockDim.x)
    {
        float logit = static_cast<float>(product[id]) * factor;
        logits[id] = a.column_scales != nullptr ? logit * a.column_scales[id] : logit;
    }
    sync_block();
}

// The largest logit's id, the lowest of equal ones, as the complement of the key's lower half; NotFiniteKey if there is one
// that is not a finite number.
DEVICE u64 largest_logit(const float* logits, u32 count)
{
    u64 best = 0;
    for (u32 id = threadIdx.x; id < count; id += blockDim.x)
    {
        u32 bits = logits[id] == 0 ? 0 : float_bits(logits[id]); // -0 equals 0
        u32 ordered = bits >> 31 != 0 ? ~bits : bits | 0x80000000;
        u64 key = static_cast<u64>(ordered) << 32 | static_cast<u32>(~id);
        key = magnitude_bits(logits[id]) >= 0x7F800000 ? NotFiniteKey : key;
        best = key > best ? key : best;
    }
    return block_max(best);
}

DEVICE void penalize(const ChoiceRow& row, float& logit, i32 generated)
{
    if (row.repetition != 1)
    {
        logit = logit > 0 ? div_rn(logit, row.repetition) : logit * row.repetition;
    }
    if (generated > 0)
    {
        logit -= row.presence + row.frequency * static_cast<float>(generated);
    }
}

DEVICE void penalize_all(const Choice& a, const ChoiceRow& row, float* logits)
{
    SHARED_ARRAY(u32, is_listed, 1);
    i32 pending = row.pending_slot >= 0 ? a.chosen[row.pending_slot] : -1;
    if (threadIdx.x == 0)
    {
        *is_listed = 0;
    }
    sync_block();
    for (i32 i = row.penalty_start + static_cast<i32>(threadIdx.x); i < row.penalty_start + row.penalty_count; i += blockDim.x)
    {
        i32 token = a.penalty_tokens[i];
        penalize(row, logits[token], a.penalty_counts[i] + (token == pending));
        if (token == pending)
        {
            *is_listed = 1;
        }
    }
    sync_block();
    if (threadIdx.x == 0 && pending >= 0 && *is_listed == 0)
    {
        penalize(row, logits[pending], 1);
    }
    sync_block();
}

DEVICE bool has_penalties(const ChoiceRow& row)
{
    return row.repetition != 1 || row.presence != 0 || row.frequency != 0;
}

template <typename Product>
DEVICE void choose(const Choice& a)
{
    DYNAMIC_SHARED(float, totals); // [blocks of the vocabulary]
    const ChoiceRow& row = a.rows[blockIdx.x];
    float* logits = static_cast<float*>(a.logits) + static_cast<u64>(blockIdx.x) * a.stride;
    scale_logits<Product>(a, logits);
    u64 best = largest_logit(logits, a.vocabulary);
    if (best != NotFiniteKey && has_penalties(row))
    {
        penalize_all(a, row, logits);
        best = largest_logit(logits, a.vocabulary);
    }
    i32 token = best == NotFiniteKey ? NotFinite : static_cast<i32>(~static_cast<u32>(best));
    if (token >= 0 && row.inverse_temperature > 0)
    {
        token = draw(row, logits, a.vocabulary, token, totals);
    }
    if (threadIdx.x == 0)
    {
        a.chosen[row.slot] = token;
    }
}

KERNEL(choose_f32, Choice) { choose<float>(a); }
KERNEL(choose_int32, Choice) { choose<i32>(a); }
