// libcuda.so.1, as far as BatchLLM calls it: what is queued on a stream, and the kernels that run there.
#include "../../gpu.h"

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <memory>

#include "device.h"

using namespace emulator;

extern "C"
{
const Registration* emulator_find(const char* source, const char* name);
u32 emulator_argument_bytes(const Registration* kernel);
i32 emulator_launch(
    const Registration* kernel, u32 grid_x, u32 grid_y, u32 grid_z, u32 threads, u32 shared_bytes, void** parameters, u64 seed,
    u32 most_milliseconds, char* message, u32 message_bytes);
}

namespace emulator
{

static std::atomic<u64> kernels_run = 0;

CUresult state()
{
    static const u64 last = setting("EMULATED_LOST_AFTER", ~0ull);
    return kernels_run > last ? CudaLaunchFailed : CudaSuccess;
}

} // namespace emulator

namespace
{

constexpr u32 BlockMilliseconds = 60'000;

using Graph = std::vector<std::function<CUresult()>>;
using Event = std::chrono::steady_clock::time_point;

Stream* stream_of(void* stream) { return static_cast<Stream*>(stream); }

CUresult run(const Registration* kernel, const u32 (&grid)[3], u32 threads, u32 shared_bytes, void* arguments)
{
    kernels_run++;
    if (state() != CudaSuccess)
    {
        return state();
    }
    char message[512] = {};
    void* parameters[] = {arguments};
    if (emulator_launch(kernel, grid[0], grid[1], grid[2], threads, shared_bytes, parameters, 0, BlockMilliseconds, message, sizeof(message)) == 0)
    {
        return CudaSuccess;
    }
    fprintf(stderr, "%s\n", message);
    return CudaLaunchFailed;
}

} // namespace

extern "C"
{

// Copies and fills are refused while a graph is recorded, as the device's interface has it.
CUresult cuMemcpyHtoDAsync_v2(u64 destination, const void* source, size_t bytes, void* stream)
{
    if (stream_of(stream)->recording != nullptr)
    {
        return CudaInvalidValue;
    }
    stream_of(stream)->last_product.clear();
    memcpy(reinterpret_cast<void*>(destination), source, bytes);
    return state();
}

CUresult cuMemcpyDtoHAsync_v2(void* destination, u64 source, size_t bytes, void* stream)
{
    if (stream_of(stream)->recording != nullptr)
    {
        return CudaInvalidValue;
    }
    memcpy(destination, reinterpret_cast<const void*>(source), bytes);
    return state();
}

CUresult cuMemsetD8Async(u64 address, u8 value, size_t bytes, void* stream)
{
    if (stream_of(stream)->recording != nullptr)
    {
        return CudaInvalidValue;
    }
    stream_of(stream)->last_product.clear();
    memset(reinterpret_cast<void*>(address), value, bytes);
    return state();
}

CUresult cuStreamCreate(void** stream, u32)
{
    *stream = new Stream;
    return state();
}

CUresult cuStreamDestroy_v2(void* stream)
{
    delete stream_of(stream);
    return state();
}

CUresult cuStreamSynchronize(void*) { return state(); }

CUresult cuStreamBeginCapture_v2(void* stream, u32)
{
    stream_of(stream)->recording = new Graph;
    return state();
}

CUresult cuStreamEndCapture(void* stream, void** graph)
{
    *graph = stream_of(stream)->recording;
    stream_of(stream)->recording = nullptr;
    return state();
}

CUresult cuGraphInstantiateWithFlags(void** executable, void* graph, u64)
{
    *executable = new Graph(*static_cast<Graph*>(graph));
    return state();
}

CUresult cuGraphLaunch(void* executable, void*)
{
    for (const auto& work : *static_cast<Graph*>(executable))
    {
        if (CUresult result = work(); result != CudaSuccess)
        {
            return result;
        }
    }
    return state();
}

CUresult cuGraphExecDestroy(void* executable)
{
    delete static_cast<Graph*>(executable);
    return CudaSuccess;
}

CUresult cuGraphDestroy(void* graph)
{
    delete static_cast<Graph*>(graph);
    return CudaSuccess;
}

CUresult cuEventCreate(void** event, u32)
{
    *event = new Event;
    return state();
}

CUresult cuEventDestroy_v2(void* event)
{
    delete static_cast<Event*>(event);
    return state();
}

CUresult cuEventRecord(void* event, void*)
{
    *static_cast<Event*>(event) = std::chrono::steady_clock::now();
    return state();
}

CUresult cuEventSynchronize(void*) { return state(); }

CUresult cuEventElapsedTime(float* milliseconds, void* start, void* end)
{
    *milliseconds = std::chrono::duration<float, std::milli>(*static_cast<Event*>(end) - *static_cast<Event*>(start)).count();
    return state();
}

CUresult cuModuleLoadData(void** module, const char* image)
{
    const std::string& prefix = image_prefix();
    if (strncmp(image, prefix.c_str(), prefix.size()) != 0)
    {
        return CudaInvalidImage;
    }
    *module = new std::string(image + prefix.size());
    return state();
}

CUresult cuModuleUnload(void* module)
{
    delete static_cast<std::string*>(module);
    return state();
}

CUresult cuModuleGetFunction(const void** function, void* module, const char* name)
{
    *function = emulator_find(static_cast<std::string*>(module)->c_str(), name);
    return *function == nullptr ? CudaNotFound : state();
}

CUresult cuFuncSetAttribute(void*, i32, i32) { return state(); }

CUresult cuFuncGetAttribute(i32* value, i32, void*)
{
    *value = 0;
    return state();
}

CUresult cuLaunchKernel(
    const Registration* kernel, u32 grid_x, u32 grid_y, u32 grid_z, u32 threads, u32, u32, u32 shared_bytes, void* stream, void** parameters,
    void**)
{
    const u8* arguments = static_cast<const u8*>(parameters[0]);
    auto copy = std::make_shared<std::vector<u8>>(arguments, arguments + emulator_argument_bytes(kernel));
    CUresult result = stream_of(stream)->queue(
        [=] { return run(kernel, {grid_x, grid_y, grid_z}, threads, shared_bytes, copy->data()); });
    return result == CudaSuccess ? state() : result;
}

}
