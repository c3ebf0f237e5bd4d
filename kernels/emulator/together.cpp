// What the dialect's functions do: with the block, with the warp, with memory.
#include "../gpu.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "block.h"

namespace emulator
{

void fail(const char* what) { block().fail(what); }

void check_aligned(const void* p, u32 bytes, const char* what)
{
    if (reinterpret_cast<size_t>(p) % bytes != 0)
    {
        fail((std::string(what) + " at an address that is not a multiple of " + std::to_string(bytes)).c_str());
    }
}

void* shared_array(const void* key, size_t bytes) { return block().shared_array(key, bytes); }

void* dynamic_shared()
{
    if (block().dynamic_shared() == nullptr)
    {
        fail("dynamic shared memory in a launch without any");
    }
    return block().dynamic_shared();
}

void sync_block(u32 line) { block().wait_at_block_barrier(line); }

static void leave(Meeting&) {}

void sync_warp() { block().meet("sync_warp", u8{0}, leave); }

static u32 word(const Meeting& meeting, u32 lane)
{
    u32 value;
    memcpy(&value, meeting.slots[lane], sizeof(value));
    return value;
}

u32 ballot(bool condition)
{
    const Meeting& meeting = block().meet("ballot", static_cast<u32>(condition), leave);
    u32 result = 0;
    for (u32 i = 0; i < WarpSize; i++)
    {
        result |= word(meeting, i) << i;
    }
    return result;
}

u32 shuffle(u32 value, u32 source) { return word(block().meet("shuffle", value, leave), source); }

u32 transpose(u32 value)
{
    const Meeting& meeting = block().meet("movmatrix", value, leave);
    u32 row = threadIdx.x % WarpSize / 4, column = threadIdx.x % 4 * 2;
    auto element = [&](u32 r, u32 c) { return word(meeting, r * 4 + c / 2) >> c % 2 * 16 & 0xFFFF; };
    return element(column, row) | element(column + 1, row) << 16;
}

void load_matrices(u32* r, u32 count, const void* row, bool transposed)
{
    u32 lane = threadIdx.x % WarpSize;
    if (lane < count * 8)
    {
        check_aligned(row, 16, "ldmatrix");
    }
    const Meeting& meeting = block().meet(transposed ? "ldmatrix.trans" : "ldmatrix", row, leave);
    auto element = [&](u32 matrix, u32 i, u32 j)
    {
        const u16* elements;
        memcpy(&elements, meeting.slots[matrix * 8 + i], sizeof(elements));
        return static_cast<u32>(elements[j]);
    };
    u32 g = lane / 4, c = lane % 4 * 2;
    for (u32 m = 0; m < count; m++)
    {
        r[m] = transposed ? element(m, c, g) | element(m, c + 1, g) << 16 : element(m, g, c) | element(m, g, c + 1) << 16;
    }
}

// A lane's registers of A, B and D.
struct Fragments
{
    u32 a[4];
    u32 b[2];
    float d[4];
};

// The element of A, B or D that a register's half stands for is said in gpu_tensor.h.
template <Form form>
static void multiply_matrices(Meeting& meeting)
{
    float a[16][16], b[16][8], d[16][8];
    auto value = [](u32 bits) { return form == Form::F16 ? half_value(static_cast<u16>(bits)) : bits_float(bits << 16); };
    for (u32 lane = 0; lane < WarpSize; lane++)
    {
        Fragments f;
        memcpy(&f, meeting.slots[lane], sizeof(f));
        u32 g = lane / 4, c = lane % 4 * 2;
        for (u32 i = 0; i < 8; i++)
        {
            a[g + i / 2 % 2 * 8][c + i % 2 + i / 4 * 8] = value(f.a[i / 2] >> i % 2 * 16 & 0xFFFF);
        }
        for (u32 i = 0; i < 4; i++)
        {
            b[c + i % 2 + i / 2 * 8][g] = value(f.b[i / 2] >> i % 2 * 16 & 0xFFFF);
            d[g + i / 2 * 8][c + i % 2] = f.d[i];
        }
    }
    for (u32 m = 0; m < 16; m++)
    {
        for (u32 k = 0; k < 16; k++)
        {
            for (u32 n = 0; n < 8; n++)
            {
                d[m][n] += a[m][k] * b[k][n];
            }
        }
    }
    for (u32 lane = 0; lane < WarpSize; lane++)
    {
        u32 g = lane / 4, c = lane % 4 * 2;
        float result[4] = {d[g][c], d[g][c + 1], d[g + 8][c], d[g + 8][c + 1]};
        memcpy(meeting.slots[lane], result, sizeof(result));
    }
}

void multiply(float (&d)[4], const u32 (&a)[4], const u32 (&b)[2], Form form)
{
    Fragments f{{a[0], a[1], a[2], a[3]}, {b[0], b[1]}, {d[0], d[1], d[2], d[3]}};
    const Meeting& meeting = form == Form::F16 ? block().meet("mma_f16", f, multiply_matrices<Form::F16>)
                                               : block().meet("mma_bf16", f, multiply_matrices<Form::BF16>);
    memcpy(d, meeting.slots[threadIdx.x % WarpSize], sizeof(d));
}

// Copies are made as late as a GPU may make them, so that a wait that is missing shows.
void copy_later(void* shared, const void* global, u32 bytes)
{
    check_aligned(shared, 16, "cp_async_16 to shared memory");
    check_aligned(global, 16, "cp_async_16 from global memory");
    Thread& thread = block().current();
    thread.copies.push_back({shared, global, bytes, thread.group});
}

void commit_copies() { block().current().group++; }

void wait_for_copies(u32 pending)
{
    Thread& thread = block().current();
    auto is_due = [&](const Copy& copy) { return copy.group + pending < thread.group; };
    for (const Copy& copy : thread.copies)
    {
        if (is_due(copy))
        {
            memcpy(copy.shared, copy.global, copy.bytes);
            memset(static_cast<u8*>(copy.shared) + copy.bytes, 0, 16 - copy.bytes);
        }
    }
    std::erase_if(thread.copies, is_due);
}

} // namespace emulator
