// A device's memory: of no content, and with guards on both sides, the address sanitizer's where there is one.
#include "../gpu.h"

#include <cstdlib>
#include <cstring>

static constexpr size_t Alignment = 256;
static constexpr u8 Unwritten = 0xFF;

#ifdef __SANITIZE_ADDRESS__
static constexpr size_t GuardBytes = 0;
#else
static constexpr size_t GuardBytes = Alignment;
static constexpr u8 Guard = 0xA5;

static bool is_whole(const u8* guard)
{
    for (size_t i = 0; i < GuardBytes; i++)
    {
        if (guard[i] != Guard)
        {
            return false;
        }
    }
    return true;
}
#endif

extern "C"
{

// Null if there is not so much memory.
void* emulator_allocate(u64 bytes)
{
    void* memory = nullptr;
    if (posix_memalign(&memory, Alignment, bytes + 2 * GuardBytes) != 0)
    {
        return nullptr;
    }
    u8* start = static_cast<u8*>(memory) + GuardBytes;
    memset(start, Unwritten, bytes);
#ifndef __SANITIZE_ADDRESS__
    memset(memory, Guard, GuardBytes);
    memset(start + bytes, Guard, GuardBytes);
#endif
    return start;
}

// Returns 0; or 1 if something was written in front of the memory, 2 if behind it.
i32 emulator_free(void* memory, [[maybe_unused]] u64 bytes)
{
    u8* start = static_cast<u8*>(memory);
    i32 damage = 0;
#ifndef __SANITIZE_ADDRESS__
    damage = !is_whole(start - GuardBytes) ? 1 : !is_whole(start + bytes) ? 2 : 0;
#endif
    free(start - GuardBytes);
    return damage;
}

}
