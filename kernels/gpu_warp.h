// The threads of a block and of a warp. What concerns a warp is met by all of its 32 lanes together.
#pragma once

DEVICE u32 lane() { return threadIdx.x & 31; }

DEVICE u32 warp() { return threadIdx.x >> 5; }

// All threads of the block that have not ended meet here, and see what each wrote before.
#if EMULATED
DEVICE void sync_block(u32 line = __builtin_LINE()) { emulator::sync_block(line); }
#else
DEVICE void sync_block() { __syncthreads(); }
#endif

DEVICE void sync_warp()
{
#if EMULATED
    emulator::sync_warp();
#else
    asm volatile("bar.warp.sync 0xffffffff;" ::: "memory");
#endif
}

// Bit i says what lane i says.
DEVICE u32 ballot(bool condition)
{
#if EMULATED
    return emulator::ballot(condition);
#else
    u32 result;
    asm volatile("{ .reg .pred p; setp.ne.u32 p, %1, 0; vote.sync.ballot.b32 %0, p, 0xffffffff; }"
                 : "=r"(result)
                 : "r"(static_cast<u32>(condition)));
    return result;
#endif
}

// The value of the lane whose number differs in the bits of the mask.
DEVICE u32 shuffle_xor(u32 value, u32 mask)
{
#if EMULATED
    return emulator::shuffle(value, lane() ^ mask);
#else
    u32 result;
    asm volatile("shfl.sync.bfly.b32 %0, %1, %2, 0x1f, 0xffffffff;" : "=r"(result) : "r"(value), "r"(mask));
    return result;
#endif
}

// The value of one lane; it may be another one for each asking.
DEVICE u32 shuffle(u32 value, u32 source)
{
#if EMULATED
    return emulator::shuffle(value, source & 31);
#else
    u32 result;
    asm volatile("shfl.sync.idx.b32 %0, %1, %2, 0x1f, 0xffffffff;" : "=r"(result) : "r"(value), "r"(source));
    return result;
#endif
}

DEVICE i32 shuffle_xor(i32 value, u32 mask) { return static_cast<i32>(shuffle_xor(static_cast<u32>(value), mask)); }

DEVICE i32 shuffle(i32 value, u32 source) { return static_cast<i32>(shuffle(static_cast<u32>(value), source)); }

DEVICE float shuffle_xor(float value, u32 mask) { return bits_float(shuffle_xor(float_bits(value), mask)); }

DEVICE float shuffle(float value, u32 source) { return bits_float(shuffle(float_bits(value), source)); }
