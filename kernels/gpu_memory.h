// Loads of 16 bytes, copies to shared memory that run beside the arithmetic, fences, atomics.
#pragma once

DEVICE uint4 load_u4(const void* p)
{
#if EMULATED
    emulator::check_aligned(p, 16, "load_u4");
#endif
    return *static_cast<const uint4*>(p);
}

// For what this launch reads once and nothing writes meanwhile: it passes by the first-level cache.
DEVICE uint4 load_u4_streaming(const void* p)
{
#if EMULATED
    return load_u4(p);
#else
    uint4 v;
    asm volatile("ld.global.nc.L1::no_allocate.v4.u32 {%0, %1, %2, %3}, [%4];"
                 : "=r"(v.x), "=r"(v.y), "=r"(v.z), "=r"(v.w)
                 : "l"(p));
    return v;
#endif
}

// The address itself, which the compiler then keeps, instead of computing it anew in each round of a loop.
template <typename T>
DEVICE T* kept_address(T* p)
{
#if !EMULATED
    asm volatile("" : "+l"(p));
#endif
    return p;
}

// Shared memory by its own short addresses: a loop that adds to them does so in one instruction, and needs no conversion.
#if EMULATED
typedef u8* SharedAddress;

DEVICE SharedAddress shared_address(void* shared) { return static_cast<u8*>(shared); }
#else
typedef u32 SharedAddress;

DEVICE SharedAddress shared_address(const void* shared)
{
    u64 address;
    asm("cvta.to.shared.u64 %0, %1;" : "=l"(address) : "l"(shared));
    return static_cast<u32>(address);
}
#endif

DEVICE uint4 load_shared_u4(SharedAddress p)
{
#if EMULATED
    return load_u4(p);
#else
    uint4 v;
    asm volatile("ld.shared.v4.u32 {%0, %1, %2, %3}, [%4];" : "=r"(v.x), "=r"(v.y), "=r"(v.z), "=r"(v.w) : "r"(p) : "memory");
    return v;
#endif
}

DEVICE u32 load_shared_u32(SharedAddress p)
{
#if EMULATED
    emulator::check_aligned(p, 4, "load_shared_u32");
    return *reinterpret_cast<const u32*>(p);
#else
    u32 v;
    asm volatile("ld.shared.u32 %0, [%1];" : "=r"(v) : "r"(p) : "memory");
    return v;
#endif
}

// Copies 16 bytes, the first `bytes` (0 to 16) from global memory and zeros for the rest, some time before the thread's
// wait for the group returns; other threads need a barrier after that wait.
DEVICE void cp_async_16(void* shared, const void* global, u32 bytes)
{
#if EMULATED
    emulator::copy_later(shared, global, bytes);
#else
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(shared_address(shared)), "l"(global), "r"(bytes)
                 : "memory");
#endif
}

#if !EMULATED
DEVICE void cp_async_16(SharedAddress shared, const void* global, u32 bytes)
{
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(shared), "l"(global), "r"(bytes) : "memory");
}

DEVICE void cp_async_16(SharedAddress shared, const void* global)
{
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" ::"r"(shared), "l"(global) : "memory");
}
#endif

DEVICE void cp_async_16(void* shared, const void* global) { cp_async_16(shared, global, 16); }

// Ends a group of the thread's copies.
DEVICE void cp_async_commit()
{
#if EMULATED
    emulator::commit_copies();
#else
    asm volatile("cp.async.commit_group;" ::: "memory");
#endif
}

// Waits until at most the latest N groups of the thread are under way.
template <int N>
DEVICE void cp_async_wait()
{
#if EMULATED
    emulator::wait_for_copies(N);
#else
    asm volatile("cp.async.wait_group %0;" ::"n"(N) : "memory");
#endif
}

// What the thread has written is seen by whoever sees what it writes after this, in any block.
DEVICE void fence_device()
{
#if EMULATED
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
#else
    asm volatile("fence.acq_rel.gpu;" ::: "memory");
#endif
}

// Atomics return what was there. Only of integers: the order of atomic float sums would show in the result.
DEVICE u32 atomic_add(u32* p, u32 value)
{
#if EMULATED
    return __atomic_fetch_add(p, value, __ATOMIC_RELAXED);
#else
    u32 seen;
    asm volatile("atom.add.u32 %0, [%1], %2;" : "=r"(seen) : "l"(p), "r"(value) : "memory");
    return seen;
#endif
}

DEVICE u32 atomic_max(u32* p, u32 value)
{
#if EMULATED
    u32 seen = __atomic_load_n(p, __ATOMIC_RELAXED);
    while (seen < value && !__atomic_compare_exchange_n(p, &seen, value, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
    {
    }
    return seen;
#else
    u32 seen;
    asm volatile("atom.max.u32 %0, [%1], %2;" : "=r"(seen) : "l"(p), "r"(value) : "memory");
    return seen;
#endif
}
