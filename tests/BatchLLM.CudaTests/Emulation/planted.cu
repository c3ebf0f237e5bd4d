// Kernels that are wrong on purpose: what the emulator and the sanitizers must catch.
#include "gpu.h"

struct Planted
{
    float* y; // [blocks, threads]
    i32 count;
};

// Right: every thread reads what its neighbour in the next warp has written.
KERNEL(neighbours, Planted)
{
    SHARED_ARRAY(float, values, 1024);
    values[threadIdx.x] = static_cast<float>(blockIdx.x * 1000 + threadIdx.x);
    sync_block();
    a.y[blockIdx.x * blockDim.x + threadIdx.x] = values[(threadIdx.x + 32) % blockDim.x];
}

KERNEL(missing_barrier, Planted)
{
    SHARED_ARRAY(float, values, 1024);
    values[threadIdx.x] = static_cast<float>(blockIdx.x * 1000 + threadIdx.x);
    a.y[blockIdx.x * blockDim.x + threadIdx.x] = values[(threadIdx.x + 32) % blockDim.x];
}

KERNEL(barrier_of_some, Planted)
{
    if (warp() == 0)
    {
        sync_block();
    }
    u32 sum = shuffle_xor(threadIdx.x, threadIdx.x < 32 ? 1 : 2);
    if (warp() != 0)
    {
        sync_block();
    }
    a.y[threadIdx.x] = static_cast<float>(sum);
}

KERNEL(shuffle_of_some, Planted)
{
    u32 value = threadIdx.x;
    if (lane() < 16)
    {
        value = shuffle_xor(value, 1);
    }
    a.y[threadIdx.x] = static_cast<float>(value);
}

// One thread of the second warp waits for what nobody writes.
KERNEL(endless_loop, Planted)
{
    if (threadIdx.x == 40)
    {
        while (*const_cast<volatile float*>(a.y) == 0)
        {
        }
    }
    sync_block();
    a.y[threadIdx.x] = 1;
}

KERNEL(endless_meetings, Planted)
{
    u32 value = threadIdx.x;
    while (value != 1'000)
    {
        sync_block();
        value = shuffle_xor(value, 1);
    }
    a.y[threadIdx.x] = static_cast<float>(value);
}

KERNEL(missing_wait, Planted)
{
    SHARED_ARRAY(float, values, 128);
    cp_async_16(values + threadIdx.x * 4, a.y + threadIdx.x * 4);
    cp_async_commit();
    sync_block();
    a.y[threadIdx.x] = values[threadIdx.x] + 1;
}

KERNEL(write_behind_memory, Planted)
{
    if (static_cast<i32>(threadIdx.x) <= a.count)
    {
        a.y[threadIdx.x] = 1; // one too many
    }
}

KERNEL(write_behind_shared, Planted)
{
    SHARED_ARRAY(float, values, 32);
    float* v = values;
    v[threadIdx.x + a.count] = 1; // behind the end where the count is above 0
    sync_block();
    a.y[threadIdx.x] = v[threadIdx.x];
}

KERNEL(shift_too_far, Planted)
{
    a.y[threadIdx.x] = static_cast<float>(1 << a.count); // by more bits than there are
}
