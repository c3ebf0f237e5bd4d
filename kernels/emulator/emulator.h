// What the dialect's functions stand on where g++ compiles them: the threads of a block as fibers, what they do together,
// and small number formats. Included by gpu.h.
#pragma once

#include <cstddef>

extern "C" float fmaxf(float, float);
extern "C" float fminf(float, float);

struct ThreadIndex
{
    u32 x, y, z;
};

// Of the fiber that runs; set whenever one goes on.
extern thread_local constinit ThreadIndex threadIdx;
extern thread_local constinit ThreadIndex blockIdx;
extern thread_local constinit ThreadIndex blockDim;
extern thread_local constinit ThreadIndex gridDim;

namespace emulator
{

// A kernel makes itself known while the library is loaded.
struct Registration
{
    Registration(const char* name, const char* file, u32 argument_bytes, void (*run)(const void*));

    const char* name;
    const char* file;
    u32 argument_bytes;
    void (*run)(const void*);
    const Registration* next;
};

enum class Form : u32
{
    F16,
    BF16,
};

// Ends the launch with an error; the thread that calls it goes no further.
[[noreturn]] void fail(const char* what);
void check_aligned(const void* p, u32 bytes, const char* what);

void* shared_array(const void* key, size_t bytes);
void* dynamic_shared();

void sync_block(u32 line);
void sync_warp();
u32 ballot(bool condition);
u32 shuffle(u32 value, u32 source);
u32 transpose(u32 value);
void load_matrices(u32* r, u32 count, const void* row, bool transposed);
void multiply(float (&d)[4], const u32 (&a)[4], const u32 (&b)[2], Form form);

void copy_later(void* shared, const void* global, u32 bytes);
void commit_copies();
void wait_for_copies(u32 pending);

float half_value(u16 bits);
u16 half_bits(float value);
u8 e4m3_code(float value);
u16 e4m3_half(u32 code);

} // namespace emulator
