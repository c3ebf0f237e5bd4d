#include "../gpu.h"

#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <cstdlib>
#include <optional>

#include "block.h"
#include "limit.h"

namespace emulator
{

namespace
{

// One that nobody else uses: the .NET runtime has the first of the real-time signals.
const int Signal = SIGRTMAX;
constexpr u32 AgainMilliseconds = 100;

timespec duration(u32 milliseconds)
{
    return {static_cast<time_t>(milliseconds / 1000), static_cast<long>(milliseconds % 1000) * 1'000'000};
}

void interrupt(int, siginfo_t*, void* context)
{
    block().interrupt(reinterpret_cast<const void*>(static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_RIP]));
}

// Not deferred: the interrupted fiber never returns from the handler, and the next one is interrupted like it.
void handle_signal()
{
    struct sigaction action = {};
    action.sa_sigaction = interrupt;
    action.sa_flags = SA_SIGINFO | SA_NODEFER | SA_RESTART;
    if (sigaction(Signal, &action, nullptr) != 0)
    {
        abort();
    }
}

// A timer of the calling thread's own processor time that interrupts this very thread; none where the system has no such
// timers, and blocks may then take forever.
std::optional<timer_t> create_timer()
{
    static const int handled = (handle_signal(), 0);
    (void)handled;
    sigevent event = {};
    event.sigev_notify = SIGEV_THREAD_ID;
    event.sigev_signo = Signal;
    event._sigev_un._tid = gettid();
    timer_t timer;
    return timer_create(CLOCK_THREAD_CPUTIME_ID, &event, &timer) == 0 ? std::optional(timer) : std::nullopt;
}

void set_timer(const itimerspec& times)
{
    static thread_local const std::optional<timer_t> timer = create_timer();
    if (timer)
    {
        timer_settime(*timer, 0, &times, nullptr);
    }
}

} // namespace

TimeLimit::TimeLimit(u32 milliseconds) { set_timer({duration(AgainMilliseconds), duration(milliseconds)}); }

TimeLimit::~TimeLimit() { set_timer({}); }

} // namespace emulator
