// A stack of its own and a place to go on, for one thread of a block.
#pragma once

#include <cstddef>

namespace emulator
{

class Fiber
{
public:
    explicit Fiber(u32 index);
    Fiber(const Fiber&) = delete;
    ~Fiber();

    // The next resume calls this, which must not return but suspend.
    void start(void (*entry)());

    // The entry's first words.
    static void arrive();

    // From the scheduler: goes on with the fiber until it suspends.
    void resume();

    // From the fiber: back to the scheduler.
    void suspend();

    // Whether something lies on its stack.
    bool holds(const void* place) const;

private:
    char* stack_;
    char* top_;
    void* place_ = nullptr;
};

} // namespace emulator
