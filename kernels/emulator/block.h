// The threads of one block on one thread of the machine: who may run, where they wait, what they share.
#pragma once

#include <csignal>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "fiber.h"

namespace emulator
{

constexpr u32 WarpSize = 32;

struct Shape
{
    ThreadIndex grid;
    u32 threads;
    u32 shared_bytes;
    u32 most_milliseconds; // of the processor's time, for each block
};

enum class Wait
{
    Nothing,
    Block,
    Warp,
    Ended,
    Failed,
};

struct Copy
{
    void* shared;
    const void* global;
    u32 bytes;
    u32 group;
};

struct Thread
{
    explicit Thread(u32 index) : fiber(index), index(index) {}

    Fiber fiber;
    u32 index;
    Wait wait = Wait::Nothing;
    u32 generation = 0; // of the barrier it waits for
    u32 line = 0;       // of that barrier, in its source
    std::vector<Copy> copies;
    u32 group = 0;
};

// What the lanes of a warp bring to where they meet. Two in turn: who is late still reads the one while others fill the next.
struct Meeting
{
    u8 slots[WarpSize][64];
};

struct Warp
{
    Meeting meetings[2];
    const char* what = nullptr;
    u32 arrived = 0;
    u32 generation = 0;
};

class Block
{
public:
    // Runs a block to its end; throws what went wrong with it as a string.
    void run(const Registration& kernel, const void* arguments, const Shape& shape, ThreadIndex index, u64 seed);

    // Of the thread that runs. `combine` is called once, by the last lane that comes; then all go on with what it made.
    template <typename T>
    Meeting& meet(const char* what, const T& brought, void (*combine)(Meeting&))
    {
        static_assert(sizeof(T) <= sizeof(Meeting::slots[0]));
        return meet(what, &brought, sizeof(T), combine);
    }

    void wait_at_block_barrier(u32 line);

    // Called by a signal, in the middle of anything: the block has taken too long. `place` is the instruction that was next.
    void interrupt(const void* place);
    [[noreturn]] void fail(const char* what);
    [[noreturn]] void end();
    void* shared_array(const void* key, size_t bytes);
    void* dynamic_shared() { return dynamic_shared_.get(); }
    Thread& current() { return *current_; }
    const Registration& kernel() { return *kernel_; }
    const void* arguments() { return arguments_; }

private:
    void prepare(const Shape& shape, u64 seed);
    void shuffle_order(u64 seed);
    bool run_warp(u32 warp);
    bool can_run(const Thread& thread);
    void release_if_all_arrived();
    Meeting& meet(const char* what, const void* brought, size_t bytes, void (*combine)(Meeting&));
    std::string describe(const Thread& thread);
    std::string describe_waiting();
    std::string describe_late(u32 milliseconds);

    const Registration* kernel_ = nullptr;
    const void* arguments_ = nullptr;
    std::vector<std::unique_ptr<Thread>> threads_; // as many as the largest block so far had
    std::vector<Warp> warps_;
    std::vector<u32> warp_order_;
    u32 lane_order_[WarpSize] = {};
    std::unordered_map<const void*, std::unique_ptr<u8, void (*)(void*)>> shared_;
    std::unique_ptr<u8, void (*)(void*)> dynamic_shared_{nullptr, free};
    Thread* current_ = nullptr;
    u32 count_ = 0;   // threads of this block
    u32 ended_ = 0;
    u32 arrived_ = 0; // at the block's barrier
    u32 line_ = 0;    // of the barrier that the first of them came to
    u32 generation_ = 0;
    std::string failure_;
    volatile sig_atomic_t is_late_ = 0;
    const void* late_place_ = nullptr; // where a thread was running when the time was over; null if none was
};

// The one that runs on this thread of the machine.
Block& block();

} // namespace emulator
