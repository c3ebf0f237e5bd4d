// The dialect that kernels are written in, for three compilers: NVRTC on the machine with the GPU, clang without a CUDA
// toolkit, which checks what it can elsewhere, and g++ with the emulator (emulator/README.md), which runs the kernels.
//
// Rules. A kernel has one parameter, a structure `a` of pointers and numbers, those of 8 bytes first. Blocks have one
// dimension. No header but those here, no std::. All that is an instruction of PTX stands behind a function of gpu_*.h that
// says in plain C++ what it does. Device compilers must not fuse a * b + c by themselves (NVRTC: --fmad=false, clang:
// -ffp-contract=off), nor flush subnormals: a fused one is written fma_rn, so that every compiler's numbers are the same.
// The result must not depend on the order in which blocks and warps run.
#pragma once

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef int i32;

#if defined(__CUDACC__) || defined(__CUDA__)
#define EMULATED 0
#else
#define EMULATED 1
#endif

#if EMULATED

#include "emulator/emulator.h"

#define DEVICE static inline
#define METHOD inline
#define KERNEL(name, Arguments)                                                                                      \
    static void name(const Arguments& a);                                                                            \
    static const emulator::Registration name##_registration(                                                         \
        #name, __FILE__, sizeof(Arguments), [](const void* a) { name(*static_cast<const Arguments*>(a)); });         \
    static void name([[maybe_unused]] const Arguments& a)
#define KERNEL_BOUNDS(name, Arguments, threads, blocks) KERNEL(name, Arguments)
#define UNROLL

// From the heap instead of thread-local variables, so that the address sanitizer knows where it ends.
#define SHARED_ARRAY(type, name, count)                                                                              \
    static char name##_key;                                                                                          \
    auto& name = *static_cast<type(*)[count]>(emulator::shared_array(&name##_key, sizeof(type[count])))
#define DYNAMIC_SHARED(type, name) type* name = static_cast<type*>(emulator::dynamic_shared())

#else

#ifdef __CUDACC_RTC__
#define DEVICE static __device__ __forceinline__
#define METHOD __device__ __forceinline__
#else
#define __device__ __attribute__((device))
#define __global__ __attribute__((global))
#define __shared__ __attribute__((shared))
#define __grid_constant__ __attribute__((grid_constant))
#define __launch_bounds__(...) __attribute__((launch_bounds(__VA_ARGS__)))
#define DEVICE static __attribute__((device)) __attribute__((always_inline)) inline
#define METHOD __attribute__((device)) __attribute__((always_inline)) inline
struct uint3;
struct dim3;
#include <__clang_cuda_builtin_vars.h>
DEVICE float fmaxf(float a, float b) { return __builtin_fmaxf(a, b); }
DEVICE float fminf(float a, float b) { return __builtin_fminf(a, b); }
#endif

#define KERNEL(name, Arguments) extern "C" __global__ void name(const __grid_constant__ Arguments a)
#define KERNEL_BOUNDS(name, Arguments, threads, blocks)                                                              \
    extern "C" __global__ void __launch_bounds__(threads, blocks) name(const __grid_constant__ Arguments a)
#define UNROLL _Pragma("unroll")

#define SHARED_ARRAY(type, name, count) __shared__ alignas(16) type name[count]
#define DYNAMIC_SHARED(type, name)                                                                                   \
    extern __shared__ uint4 dynamic_shared_memory[];                                                                 \
    type* name = reinterpret_cast<type*>(dynamic_shared_memory)

#endif

#ifndef __CUDACC_RTC__
struct alignas(8) float2
{
    float x, y;
};

struct alignas(16) float4
{
    float x, y, z, w;
};

struct alignas(8) uint2
{
    u32 x, y;
};

struct alignas(16) uint4
{
    u32 x, y, z, w;
};
#endif

#include "gpu_bits.h"
#include "gpu_maths.h"
#include "gpu_memory.h"
#include "gpu_tensor.h"
#include "gpu_warp.h"
