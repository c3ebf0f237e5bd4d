// Random elements drawn from a table, each a function of a key and its position alone: the bits that the CPU's model made up
// in memory has, so that weights of a benchmark need not be copied. Blocks share the elements as they come.
#include "gpu.h"

struct Fill
{
    const void* table; // // [65536]
    void* output;      // // [count]
    u64 key;           // tells one tensor from another
    u64 count;
};

constexpr u32 DrawsPerHash = 4;

// SplitMix64 (Steele, Lea and Flood 2014) at a position of the key's sequence.
DEVICE u64 random_hash(u64 key, u64 position)
{
    u64 bits = key + (position + 1) * 0x9E3779B97F4A7C15;
    bits = (bits ^ bits >> 30) * 0xBF58476D1CE4E5B9;
    bits = (bits ^ bits >> 27) * 0x94D049BB133111EB;
    return bits ^ bits >> 31;
}

template <typename T>
struct alignas(sizeof(T) * DrawsPerHash) Four
{
    T values[DrawsPerHash];
};

template <typename T>
DEVICE void fill(const Fill& a)
{
    const T* table = static_cast<const T*>(a.table);
    T* output = static_cast<T*>(a.output);
    u64 threads = static_cast<u64>(gridDim.x) * blockDim.x;
    for (u64 hash = static_cast<u64>(blockIdx.x) * blockDim.x + threadIdx.x; hash * DrawsPerHash < a.count; hash += threads)
    {
        u64 draws = random_hash(a.key, hash), first = hash * DrawsPerHash;
        Four<T> four;
        for (u32 i = 0; i < DrawsPerHash; i++)
        {
            four.values[i] = table[static_cast<u16>(draws >> 16 * i)];
        }
        if (first + DrawsPerHash <= a.count)
        {
            *reinterpret_cast<Four<T>*>(output + first) = four;
            continue;
        }
        for (u32 i = 0; first + i < a.count; i++)
        {
            output[first + i] = four.values[i];
        }
    }
}

KERNEL(fill_1, Fill) { fill<u8>(a); }
KERNEL(fill_2, Fill) { fill<u16>(a); }
KERNEL(fill_4, Fill) { fill<u32>(a); }
