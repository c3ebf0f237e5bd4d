// libcuda.so.1, as far as BatchLLM calls it: devices and their memory. What they do is in libcuda_streams.cpp.
#include "../../gpu.h"

#include <sys/mman.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>

#include "device.h"

using namespace emulator;

namespace emulator
{

u64 setting(const char* name, u64 otherwise)
{
    const char* text = getenv(name);
    return text == nullptr ? otherwise : strtoull(text, nullptr, 10);
}

const std::string& image_prefix()
{
    static const std::string prefix = "emulated kernels of ";
    return prefix;
}

} // namespace emulator

namespace
{

struct Allocation
{
    u64 bytes;
    Device* device;
};

std::mutex mutex;
std::map<u64, Allocation> allocations; // by address; under the mutex
thread_local Device* current = nullptr;

std::vector<Device>& devices()
{
    static std::vector<Device> all = []
    {
        std::vector<Device> made;
        for (u64 i = 0; i < setting("EMULATED_GPUS", 1); i++)
        {
            made.push_back({static_cast<i32>(i), "Emulated GPU " + std::to_string(i), setting("EMULATED_GPU_BYTES", 1ull << 30)});
        }
        return made;
    }();
    return all;
}

i32 capability()
{
    const char* text = getenv("EMULATED_CAPABILITY");
    return static_cast<i32>(strtod(text == nullptr ? "9.0" : text, nullptr) * 10 + 0.5);
}

} // namespace

extern "C"
{

CUresult cuInit(u32) { return static_cast<CUresult>(setting("EMULATED_INIT", 0)); }

CUresult cuDriverGetVersion(i32* version)
{
    *version = static_cast<i32>(setting("EMULATED_CUDA", 12'040));
    return CudaSuccess;
}

CUresult cuGetErrorName(CUresult result, const char** name)
{
    *name = result == CudaOutOfMemory ? "CUDA_ERROR_OUT_OF_MEMORY" : result == CudaLaunchFailed ? "CUDA_ERROR_LAUNCH_FAILED" : nullptr;
    return *name == nullptr ? CudaInvalidValue : CudaSuccess;
}

CUresult cuGetErrorString(CUresult result, const char** text)
{
    *text = result == CudaOutOfMemory ? "out of memory" : result == CudaLaunchFailed ? "unspecified launch failure" : nullptr;
    return *text == nullptr ? CudaInvalidValue : CudaSuccess;
}

CUresult cuDeviceGetCount(i32* count)
{
    *count = static_cast<i32>(devices().size());
    return CudaSuccess;
}

CUresult cuDeviceGet(i32* device, i32 number)
{
    *device = number;
    return number >= 0 && number < static_cast<i32>(devices().size()) ? CudaSuccess : CudaInvalidDevice;
}

CUresult cuDeviceGetName(char* name, i32 length, i32 device)
{
    snprintf(name, length, "%s", devices()[device].name.c_str());
    return CudaSuccess;
}

CUresult cuDeviceGetAttribute(i32* value, i32 attribute, i32)
{
    switch (attribute)
    {
    case 16: // multiprocessors
        *value = 2;
        return CudaSuccess;
    case 75: // compute capability, major
        *value = capability() / 10;
        return CudaSuccess;
    case 76: // compute capability, minor
        *value = capability() % 10;
        return CudaSuccess;
    case 97: // shared memory of a block that asks for it
        *value = 227 * 1024;
        return CudaSuccess;
    default:
        return CudaInvalidValue;
    }
}

CUresult cuDeviceTotalMem_v2(size_t* bytes, i32)
{
    *bytes = setting("EMULATED_GPU_BYTES", 1ull << 30);
    return CudaSuccess;
}

CUresult cuDevicePrimaryCtxRetain(void** context, i32 device)
{
    *context = &devices()[device];
    return state();
}

CUresult cuDevicePrimaryCtxRelease_v2(i32) { return CudaSuccess; }

CUresult cuCtxSetCurrent(void* context)
{
    current = static_cast<Device*>(context);
    return state();
}

CUresult cuMemGetInfo_v2(size_t* free, size_t* total)
{
    std::lock_guard lock(mutex);
    *free = current->free_bytes;
    *total = setting("EMULATED_GPU_BYTES", 1ull << 30);
    return state();
}

// Mapped, not filled: of a KV cache that takes all that is left, most is never touched.
CUresult cuMemAlloc_v2(u64* address, size_t bytes)
{
    std::lock_guard lock(mutex);
    if (state() != CudaSuccess)
    {
        return state();
    }
    if (bytes > current->free_bytes)
    {
        return CudaOutOfMemory;
    }
    void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
    {
        return CudaOutOfMemory;
    }
    *address = reinterpret_cast<u64>(memory);
    allocations[*address] = {bytes, current};
    current->free_bytes -= bytes;
    return CudaSuccess;
}

CUresult cuMemFree_v2(u64 address)
{
    std::lock_guard lock(mutex);
    auto found = allocations.find(address);
    if (found == allocations.end())
    {
        return CudaInvalidValue;
    }
    found->second.device->free_bytes += found->second.bytes;
    munmap(reinterpret_cast<void*>(address), found->second.bytes);
    allocations.erase(found);
    return state();
}

CUresult cuMemHostAlloc(void** address, size_t bytes, u32)
{
    *address = malloc(bytes);
    return state();
}

CUresult cuMemFreeHost(void* address)
{
    free(address);
    return state();
}

}
