// The next token of each row from its logits, the one that the CPU engine chooses from the same logits: penalties, then the
// largest logit, or a draw by temperature, top-k and top-p. Every sum has the CPU's order. One block a row.
#include "exponential.h"
#include "philox.h"
#include "product.h"
#include "weights.h"

constexpr u32 BlockLength = 512; // weights that are summed in float32; their totals are summed in float64
constexpr u32 SumLanes = 8;
constexpr i32 NotFinite = -2;
constexpr u64 NotFiniteKey = ~0ull;

struct ChoiceRow
{
    u64 seed;
    u64 row_key;
    double top_p;              // 1 keeps all
    float inverse_temperature; // 0 is greedy
    i32 top_k;                 // 0 keeps all
    i32 position;              // of the token to choose
    i32 slot;                  // of `chosen`, which receives the token
    float repetition;          // 1 is off
    float presence;
    float frequency;
    i32 penalty_start; // first of the row's tokens in penalty_tokens
    i32 penalty_count;
    i32 pending_slot; // a generated token that those do not count yet, because the host did not know it; -1 for none
};

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

// Turns logits into exp((logit - max) / temperature), and sums each block: eight lanes side by side, then their sums, then
// what no eight are left of. // totals: [blocks]
DEVICE void weigh(float* logits, u32 count, float max, float inverse, float* totals)
{
    u32 blocks = (count + BlockLength - 1) / BlockLength;
    u32 tasks = (blocks * SumLanes + blockDim.x - 1) / blockDim.x;
    for (u32 turn = 0; turn < tasks; turn++)
    {
        u32 task = turn * blockDim.x + threadIdx.x;
        u32 start = task / SumLanes * BlockLength, j = task % SumLanes;
        u32 length = start >= count ? 0 : count - start < BlockLength ? count - start : BlockLength;
        u32 whole = length / SumLanes * SumLanes;
        float sum = 0;
        for (u32 i = j; i < whole; i += SumLanes)
        {
            float weight = exponential((logits[start + i] - max) * inverse);
            logits[start + i] = weight;
            sum += weight;
        }
        // Lane j with j + 4, then with j + 2, then the last two.
        for (u32 mask = SumLanes / 2; mask > 0; mask /= 2)
        {
            sum += shuffle_xor(sum, mask);
        }
        if (j == 0 && length > 0)
        {
            for (u32 i = whole; i < length; i++)
            {
                logits[start + i] = exponential((logits[start + i] - max) * inverse);
                sum += logits[start + i];
            }
            totals[start / BlockLength] = sum;
        }
    }
    sync_block();
}

// Draws from all tokens, which are laid on [0, total) in ascending id.
DEVICE u32 draw_from_all(const float* weights, u32 count, const float* totals, double left)
{
    SHARED_ARRAY(float, part, BlockLength);
    SHARED_ARRAY(u32, place, 1); // the block to look into, then the token + 1
    u32 blocks = (count + BlockLength - 1) / BlockLength;
    if (threadIdx.x == 0)
    {
        u32 block = 0;
        while (block < blocks - 1 && left >= totals[block])
        {
            left -= totals[block++];
        }
        *place = block;
    }
    sync_block();
    // Rounding may leave a rest behind the block, which falls to the next ones.
    u32 first = *place * BlockLength;
    sync_block();
    for (u32 start = first; start < count; start += BlockLength)
    {
        u32 length = count - start < BlockLength ? count - start : BlockLength;
        for (u32 i = threadIdx.x; i < length; i += blockDim.x)
        {
            part[i] = weights[start + i];
        }
        sync_block();
        if (threadIdx.x == 0)
        {
            *place = 0;
            for (u32 i = 0; i < length && *place == 0; i++)
            {
                left -= part[i];
                *place = left < 0 ? start + i + 1 : 0;
            }
        }
        sync_block();
        if (*place != 0)
        {
            return *place - 1;
        }
        sync_block();
    }
    u32 last = 0;
    for (u32 id = threadIdx.x; id < count; id += blockDim.x)
    {
        last = weights[id] > 0 ? id + 1 : last;
    }
    return block_max(last) - 1;
}

constexpr double NoAim = 1e300;

// How many of the best tokens, and what they weigh together: at least one, at most `limit`, and no more than reach the aim.
struct Nucleus
{
    u32 kept;
    double sum;
};

// Known to thread 0 only.
DEVICE Nucleus take_best(Weights& w, u32 limit, double aim)
{
    Nucleus n{0, 0};
    in_descending_order(w, [&](float weight, u32)
    {
        n.sum += weight;
        n.kept++;
        return !(n.sum < aim) || n.kept == limit;
    });
    return n;
}

// Draws from the best tokens, which are laid on the line in descending weight. `total` is known to thread 0 only.
DEVICE u32 draw_from_best(const float* weights, u32 count, const ChoiceRow& row, double total, double uniform)
{
    SHARED_ARRAY(u64, sorted, MostInWindow);
    SHARED_ARRAY(float, floor, 1);
    SHARED_ARRAY(u32, token, 1);
    if (threadIdx.x == 0)
    {
        // Tokens below the floor weigh together less than what top-p may leave out.
        *floor = row.top_k == 0 ? static_cast<float>(total * (1 - row.top_p) / count) : 0;
    }
    sync_block();
    Weights w{weights, count, *floor, sorted, 0, 0};
    u32 limit = row.top_k == 0 || static_cast<u32>(row.top_k) > count ? count : row.top_k;
    if (row.top_k != 0)
    {
        total = take_best(w, limit, NoAim).sum;
    }
    Nucleus n = take_best(w, limit, row.top_p * total);
    double left = uniform * n.sum;
    u32 taken = 0;
    in_descending_order(w, [&](float weight, u32 id)
    {
        *token = id;
        left -= weight;
        return ++taken == n.kept || left < 0;
    });
    sync_block();
    return *token;
}

DEVICE u32 draw(const ChoiceRow& row, float* logits, u32 count, u32 best, float* totals)
{
    float max = logits[best];
    sync_block(); // weights take the logits' place
    weigh(logits, count, max, row.inverse_temperature, totals);
    double total = 0;
    for (u32 block = 0; threadIdx.x == 0 && block < (count + BlockLength - 1) / BlockLength; block++)
    {
        total += totals[block];
    }
    double uniform = philox_uniform(row.seed, row.row_key, row.position);
    return row.top_k == 0 && row.top_p >= 1 ? draw_from_all(logits, count, totals, uniform * total)
                                            : draw_from_best(logits, count, row, total, uniform);
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
