// libcublasLt.so.12, as far as BatchLLM calls it: one algorithm, the emulator's plain sums.
#include "../products.h"

#include <cstring>
#include <map>

#include "device.h"

using namespace emulator;

namespace
{

constexpr i32 Success = 0;
constexpr i32 InvalidValue = 7;
constexpr i32 ExecutionFailed = 13;
constexpr i32 NotSupported = 15;
constexpr i32 TransposeA = 3;
constexpr i32 TransposeB = 4;
constexpr u8 PlainSums = 1;

struct Descriptor
{
    std::map<i32, i32> attributes;
};

struct Layout
{
    i32 type;
    u64 rows, columns;
};

struct Heuristic
{
    u8 algorithm[64];
    size_t workspace_bytes;
    i32 state;
    float waves;
    i32 reserved[4];
};

// Of cudaDataType_t; -1 for what the emulator does not multiply.
i32 element(i32 type)
{
    switch (type)
    {
    case 0:
        return 0; // float32
    case 14:
        return 1; // BF16
    case 28:
        return 2; // E4M3
    case 3:
        return 3; // int8
    case 10:
        return 4; // int32
    default:
        return -1;
    }
}

bool is_supported(const Descriptor& descriptor, const Layout& w, const Layout& x, const Layout& y)
{
    auto attribute = [&](i32 name) { return descriptor.attributes.contains(name) ? descriptor.attributes.at(name) : 0; };
    return attribute(TransposeA) == 1 && attribute(TransposeB) == 0 && w.rows == x.rows && y.rows == w.columns && y.columns == x.columns
        && w.rows % 16 == 0 && w.columns % 16 == 0 && element(w.type) >= 0 && w.type == x.type && element(y.type) >= 0;
}

Heuristic plain_sums()
{
    Heuristic result = {};
    result.algorithm[0] = PlainSums;
    return result;
}

} // namespace

extern "C"
{

size_t cublasLtGetVersion() { return 120'400; }
const char* cublasLtGetStatusName(i32) { return "CUBLAS_STATUS_OF_THE_EMULATOR"; }

i32 cublasLtCreate(void** handle)
{
    *handle = new i32;
    return Success;
}

i32 cublasLtDestroy(void* handle)
{
    delete static_cast<i32*>(handle);
    return Success;
}

i32 cublasLtMatmulDescCreate(void** descriptor, i32, i32)
{
    *descriptor = new Descriptor;
    return Success;
}

i32 cublasLtMatmulDescDestroy(void* descriptor)
{
    delete static_cast<Descriptor*>(descriptor);
    return Success;
}

i32 cublasLtMatmulDescSetAttribute(void* descriptor, i32 attribute, const void* value, size_t bytes)
{
    i32 number = 0;
    memcpy(&number, value, bytes < sizeof(number) ? bytes : sizeof(number));
    static_cast<Descriptor*>(descriptor)->attributes[attribute] = number;
    return Success;
}

i32 cublasLtMatmulDescGetAttribute(void*, i32, void*, size_t, size_t*) { return NotSupported; }

i32 cublasLtMatrixLayoutCreate(void** layout, i32 type, u64 rows, u64 columns, long long leading)
{
    *layout = new Layout{type, rows, columns};
    return static_cast<u64>(leading) == rows ? Success : InvalidValue;
}

i32 cublasLtMatrixLayoutDestroy(void* layout)
{
    delete static_cast<Layout*>(layout);
    return Success;
}

i32 cublasLtMatmulPreferenceCreate(void** preference)
{
    *preference = new i32;
    return Success;
}

i32 cublasLtMatmulPreferenceDestroy(void* preference)
{
    delete static_cast<i32*>(preference);
    return Success;
}

i32 cublasLtMatmulPreferenceSetAttribute(void*, i32, const void*, size_t) { return Success; }
i32 cublasLtMatmulPreferenceGetAttribute(void*, i32, void*, size_t, size_t*) { return NotSupported; }

i32 cublasLtMatmulAlgoGetHeuristic(
    void*, const Descriptor* descriptor, const Layout* w, const Layout* x, const Layout*, const Layout* y, void*, i32 wanted,
    Heuristic* candidates, i32* found)
{
    *found = 0;
    if (wanted < 1 || !is_supported(*descriptor, *w, *x, *y))
    {
        return NotSupported;
    }
    candidates[(*found)++] = plain_sums();
    return Success;
}

i32 cublasLtMatmulAlgoCheck(
    void*, const Descriptor* descriptor, const Layout* w, const Layout* x, const Layout*, const Layout* y, const u8* algorithm, Heuristic* result)
{
    *result = plain_sums();
    return algorithm[0] == PlainSums && is_supported(*descriptor, *w, *x, *y) ? Success : NotSupported;
}

i32 cublasLtMatmul(
    void*, const Descriptor* descriptor, const void*, const void* a, const Layout* w, const void* b, const Layout* x, const void*,
    const void*, const Layout*, void* d, const Layout* y, const u8*, void*, size_t, void* stream)
{
    if (!is_supported(*descriptor, *w, *x, *y))
    {
        return NotSupported;
    }
    Stream& queue = *static_cast<Stream*>(stream);
    std::string product;
    for (u64 number : {reinterpret_cast<u64>(a), reinterpret_cast<u64>(b), reinterpret_cast<u64>(d), x->columns, w->columns, w->rows})
    {
        product += std::to_string(number) + " ";
    }
    if (queue.recording == nullptr && queue.last_product == product)
    {
        return state() == CudaSuccess ? Success : ExecutionFailed;
    }
    CUresult result = queue.queue([=, rows = x->columns, columns = w->columns, depth = w->rows, in = w->type, out = y->type]
    {
        emulator_multiply(
            b, a, d, nullptr, nullptr, rows, columns, depth, static_cast<Element>(element(in)), static_cast<Element>(element(out)));
        return state();
    });
    queue.last_product = product;
    return result == CudaSuccess ? Success : ExecutionFailed;
}

}
