// How long a block may compute: a kernel that never ends is a failure with a place, not a hanging test.
#pragma once

namespace emulator
{

// While it lives, the thread that made it is interrupted once it has computed for a time, and again and again from then on,
// wherever it is: Block::interrupt is called on it. The time is the processor's: a busy machine makes no block late.
class TimeLimit
{
public:
    explicit TimeLimit(u32 milliseconds);
    TimeLimit(const TimeLimit&) = delete;
    ~TimeLimit();
};

} // namespace emulator
