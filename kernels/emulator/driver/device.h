// What NVIDIA's libraries see of a machine: GPUs of the emulator, as many and of what kind the environment says.
//
// EMULATED_GPUS        how many; 1
// EMULATED_GPU_BYTES   memory of each; 1 GiB
// EMULATED_CAPABILITY  compute capability; 9.0
// EMULATED_CUDA        what the driver speaks, as it says it; 12040 for 12.4
// EMULATED_INIT        what cuInit returns; 0
// EMULATED_LOST_AFTER  kernels that run until the GPUs are lost: whatever uses one then fails, for as long as the process lives
#pragma once

#include <functional>
#include <string>
#include <vector>

typedef i32 CUresult;

constexpr CUresult CudaSuccess = 0;
constexpr CUresult CudaInvalidValue = 1;
constexpr CUresult CudaOutOfMemory = 2;
constexpr CUresult CudaNoDevice = 100;
constexpr CUresult CudaInvalidDevice = 101;
constexpr CUresult CudaInvalidImage = 200;
constexpr CUresult CudaNotFound = 500;
constexpr CUresult CudaLaunchFailed = 719;

namespace emulator
{

struct Device
{
    i32 number;
    std::string name;
    u64 free_bytes;
};

// What is queued runs at once, unless it is recorded.
struct Stream
{
    std::vector<std::function<CUresult()>>* recording = nullptr;

    // The product that ran last, if nothing has since: the same again would write the same again, and is left out. Algorithms
    // are timed by repeating them, which is most of what the emulator would do.
    std::string last_product;

    CUresult queue(std::function<CUresult()> work)
    {
        last_product.clear();
        if (recording == nullptr)
        {
            return work();
        }
        recording->push_back(std::move(work));
        return CudaSuccess;
    }
};

u64 setting(const char* name, u64 otherwise);
const std::string& image_prefix();

// CudaLaunchFailed from the moment on at which the GPU is lost.
CUresult state();

} // namespace emulator
