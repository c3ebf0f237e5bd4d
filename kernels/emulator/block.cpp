#include "../gpu.h"

#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>

#include "block.h"
#include "limit.h"

thread_local constinit ThreadIndex threadIdx{};
thread_local constinit ThreadIndex blockIdx{};
thread_local constinit ThreadIndex blockDim{};
thread_local constinit ThreadIndex gridDim{};

namespace emulator
{

Block& block()
{
    static thread_local Block block;
    return block;
}

// What nobody has written is NaN in every floating-point format and an index that is out of bounds.
static u8* allocate_unwritten(size_t bytes)
{
    void* memory = nullptr;
    if (posix_memalign(&memory, 128, bytes) != 0)
    {
        abort();
    }
    memset(memory, 0xFF, bytes);
    return static_cast<u8*>(memory);
}

static void run_thread()
{
    Fiber::arrive();
    block().kernel().run(block().arguments());
    block().end();
}

void Block::run(const Registration& kernel, const void* arguments, const Shape& shape, ThreadIndex index, u64 seed)
{
    kernel_ = &kernel;
    arguments_ = arguments;
    blockIdx = index;
    blockDim = {shape.threads, 1, 1};
    gridDim = shape.grid;
    prepare(shape, seed);
    TimeLimit limit(shape.most_milliseconds);
    while (ended_ < count_)
    {
        bool progress = false;
        for (u32 warp : warp_order_)
        {
            progress |= run_warp(warp);
            if (!failure_.empty())
            {
                throw failure_;
            }
            if (is_late_)
            {
                throw describe_late(shape.most_milliseconds);
            }
        }
        if (!progress)
        {
            throw "no thread can go on: " + describe_waiting();
        }
    }
}

void Block::prepare(const Shape& shape, u64 seed)
{
    while (threads_.size() < shape.threads)
    {
        threads_.push_back(std::make_unique<Thread>(static_cast<u32>(threads_.size())));
    }
    count_ = shape.threads;
    ended_ = arrived_ = generation_ = 0;
    failure_.clear();
    is_late_ = 0;
    late_place_ = nullptr;
    warps_.resize(count_ / WarpSize);
    for (Warp& warp : warps_)
    {
        warp.arrived = warp.generation = 0;
    }
    for (u32 i = 0; i < count_; i++)
    {
        Thread& thread = *threads_[i];
        thread.wait = Wait::Nothing;
        thread.group = 0;
        thread.copies.clear();
        thread.fiber.start(run_thread);
    }
    shared_.clear();
    dynamic_shared_.reset(shape.shared_bytes == 0 ? nullptr : allocate_unwritten(shape.shared_bytes));
    shuffle_order(seed);
}

// A barrier that is missing shows when threads run in another order than the one it happened to be right in. Seed 0 keeps
// them in theirs.
void Block::shuffle_order(u64 seed)
{
    warp_order_.resize(warps_.size());
    auto shuffle = [&seed](u32* order, size_t count)
    {
        for (u32 i = 0; i < count; i++)
        {
            seed = seed * 6364136223846793005u + (seed != 0);
            u32 other = static_cast<u32>((seed >> 33) % (i + 1));
            other = seed == 0 ? i : other;
            order[i] = order[other];
            order[other] = i;
        }
    };
    shuffle(warp_order_.data(), warp_order_.size());
    shuffle(lane_order_, WarpSize);
}

// Goes on with one warp for as long as it can, so that no more than 32 stacks are in use at a time.
bool Block::run_warp(u32 warp)
{
    bool progress = false;
    bool again = true;
    while (again && failure_.empty() && !is_late_)
    {
        again = false;
        for (u32 lane : lane_order_)
        {
            Thread& thread = *threads_[warp * WarpSize + lane];
            if (can_run(thread) && !is_late_)
            {
                current_ = &thread;
                threadIdx = {thread.index, 0, 0};
                thread.wait = Wait::Nothing;
                thread.fiber.resume();
                again = true;
            }
        }
        progress |= again;
    }
    return progress;
}

bool Block::can_run(const Thread& thread)
{
    switch (thread.wait)
    {
    case Wait::Nothing:
        return true;
    case Wait::Block:
        return thread.generation != generation_;
    case Wait::Warp:
        return thread.generation != warps_[thread.index / WarpSize].generation;
    default:
        return false;
    }
}

void Block::wait_at_block_barrier(u32 line)
{
    if (arrived_ == 0)
    {
        line_ = line;
    }
    else if (line_ != line)
    {
        failure_ = "threads meet at different barriers: lines " + std::to_string(line_) + " and " + std::to_string(line);
        fail(failure_.c_str());
    }
    Thread& thread = current();
    thread.wait = Wait::Block;
    thread.generation = generation_;
    thread.line = line;
    arrived_++;
    release_if_all_arrived();
    if (thread.generation == generation_)
    {
        thread.fiber.suspend();
    }
    thread.wait = Wait::Nothing;
}

void Block::release_if_all_arrived()
{
    if (arrived_ > 0 && arrived_ + ended_ == count_)
    {
        arrived_ = 0;
        generation_++;
    }
}

Meeting& Block::meet(const char* what, const void* brought, size_t bytes, void (*combine)(Meeting&))
{
    Thread& thread = current();
    Warp& warp = warps_[thread.index / WarpSize];
    Meeting& meeting = warp.meetings[warp.generation & 1];
    if (warp.arrived != 0 && warp.what != what)
    {
        std::string found = std::string("lanes of a warp meet at ") + warp.what + " and at " + what;
        fail(found.c_str());
    }
    warp.what = what;
    memcpy(meeting.slots[thread.index % WarpSize], brought, bytes);
    if (++warp.arrived == WarpSize)
    {
        combine(meeting);
        warp.arrived = 0;
        warp.generation++;
        return meeting;
    }
    thread.wait = Wait::Warp;
    thread.generation = warp.generation;
    thread.fiber.suspend();
    return meeting;
}

void Block::fail(const char* what)
{
    failure_ = what;
    failure_ += ", thread " + std::to_string(current().index);
    current().wait = Wait::Failed;
    current().fiber.suspend();
    abort();
}

// Nothing is allocated here: what was interrupted may have been in the middle of an allocation.
void Block::interrupt(const void* place)
{
    is_late_ = 1;
    if (current_ != nullptr && current_->fiber.holds(&place))
    {
        late_place_ = place;
        current_->fiber.suspend();
    }
}

void Block::end()
{
    current().wait = Wait::Ended;
    ended_++;
    release_if_all_arrived();
    current().fiber.suspend();
    abort();
}

void* Block::shared_array(const void* key, size_t bytes)
{
    auto [entry, is_new] = shared_.try_emplace(key, nullptr, free);
    if (is_new)
    {
        entry->second.reset(allocate_unwritten(bytes));
    }
    return entry->second.get();
}

std::string Block::describe(const Thread& thread)
{
    switch (thread.wait)
    {
    case Wait::Ended:
        return "have ended";
    case Wait::Block:
        return "wait at the barrier in line " + std::to_string(thread.line);
    case Wait::Warp:
        return std::string("wait at ") + warps_[thread.index / WarpSize].what;
    default:
        return "can go on";
    }
}

// The instruction's line is for addr2line to find: the library has its lines.
std::string Block::describe_late(u32 milliseconds)
{
    std::string text = "not at its end after " + std::to_string(milliseconds) + " ms of computing: ";
    Dl_info library;
    if (late_place_ != nullptr && dladdr(late_place_, &library) != 0)
    {
        char place[32];
        snprintf(place, sizeof(place), "%zx", static_cast<size_t>(static_cast<const char*>(late_place_) - static_cast<const char*>(library.dli_fbase)));
        text += "thread " + std::to_string(current().index) + " runs (addr2line -ie " + library.dli_fname + " " + place + "), ";
    }
    return text + describe_waiting();
}

std::string Block::describe_waiting()
{
    std::map<std::string, u32> places;
    for (u32 i = 0; i < count_; i++)
    {
        const Thread& thread = *threads_[i];
        places[describe(thread)]++;
    }
    std::string text;
    for (const auto& [place, count] : places)
    {
        text += (text.empty() ? "" : ", ") + std::to_string(count) + " threads " + place;
    }
    return text;
}

} // namespace emulator
