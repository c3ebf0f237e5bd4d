// Embeddings of tokens into the residual. One block a row.
#include "gpu.h"

struct Embedding
{
    const i32* tokens;  // an id, or -1 - slot for the token that the slot holds // [rows]
    const i32* chosen;  // tokens that earlier steps chose // [slots]
    const void* table;  // // [vocabulary, hidden]
    float* residual;    // // [rows, hidden]
    i32 hidden;
};

// A slot may hold that its logits were not finite. Its sequence ends as soon as the host knows; any token will do until then.
DEVICE u32 token_of(const Embedding& a, u32 row)
{
    i32 token = a.tokens[row];
    token = token < 0 ? a.chosen[-1 - token] : token;
    return token < 0 ? 0 : token;
}

DEVICE float widen(float x) { return x; }

struct Bf16
{
    u16 bits;
};

struct F16
{
    u16 bits;
};

DEVICE float widen(Bf16 x) { return bf16_to_f32(x.bits); }

DEVICE float widen(F16 x) { return f16_to_f32(x.bits); }

template <typename T>
DEVICE void embed(const Embedding& a)
{
    const T* source = static_cast<const T*>(a.table) + static_cast<u64>(token_of(a, blockIdx.x)) * a.hidden;
    float* destination = a.residual + static_cast<u64>(blockIdx.x) * a.hidden;
    for (u32 i = threadIdx.x; i < static_cast<u32>(a.hidden); i += blockDim.x)
    {
        destination[i] = widen(source[i]);
    }
}

KERNEL(embed_bf16, Embedding) { embed<Bf16>(a); }
KERNEL(embed_f16, Embedding) { embed<F16>(a); }
KERNEL(embed_f32, Embedding) { embed<float>(a); }
