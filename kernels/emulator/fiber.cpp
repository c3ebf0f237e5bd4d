#include "../gpu.h"

#include <sys/mman.h>

#include <cstdlib>
#include <cstring>

#include "fiber.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

#ifndef __x86_64__
#error "Fibers are switched by x86-64 instructions; another processor needs its own below."
#endif

// swapcontext was rejected: it asks the kernel for the signal mask twice for each switch.
extern "C" void emulator_switch(void** from, void* to);
asm(R"(
    .text
    .globl emulator_switch
    .hidden emulator_switch
    .type emulator_switch, @function
emulator_switch:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
    .size emulator_switch, . - emulator_switch
)");

namespace emulator
{

static constexpr size_t Page = 4096;
static constexpr size_t StackBytes = 256 * 1024;

// Where the scheduler of this thread goes on.
static thread_local void* scheduler_place;
#ifdef __SANITIZE_ADDRESS__
static thread_local const void* scheduler_stack;
static thread_local size_t scheduler_bytes;
#endif

Fiber::Fiber(u32 index)
{
    void* memory = mmap(nullptr, StackBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED || mprotect(memory, Page, PROT_NONE) != 0)
    {
        abort();
    }
    stack_ = static_cast<char*>(memory);
    // Staggered: tops at the same distance from a page would all want the same sets of the first-level cache.
    top_ = stack_ + StackBytes - index % 12 * 320;
}

Fiber::~Fiber() { munmap(stack_, StackBytes); }

bool Fiber::holds(const void* place) const { return place >= stack_ && place < stack_ + StackBytes; }

void Fiber::start(void (*entry)())
{
#ifdef __SANITIZE_ADDRESS__
    // A launch that failed leaves its frames' red zones behind.
    __asan_unpoison_memory_region(stack_ + Page, StackBytes - Page);
#endif
    // Six registers, the address to return to, and nowhere for the entry itself to return to.
    void* frame[8] = {};
    frame[6] = reinterpret_cast<void*>(entry);
    place_ = top_ - sizeof(frame);
    memcpy(place_, frame, sizeof(frame));
}

void Fiber::arrive()
{
#ifdef __SANITIZE_ADDRESS__
    __sanitizer_finish_switch_fiber(nullptr, &scheduler_stack, &scheduler_bytes);
#endif
}

void Fiber::resume()
{
#ifdef __SANITIZE_ADDRESS__
    void* fake;
    __sanitizer_start_switch_fiber(&fake, stack_, StackBytes);
    emulator_switch(&scheduler_place, place_);
    __sanitizer_finish_switch_fiber(fake, nullptr, nullptr);
#else
    emulator_switch(&scheduler_place, place_);
#endif
}

void Fiber::suspend()
{
#ifdef __SANITIZE_ADDRESS__
    void* fake;
    __sanitizer_start_switch_fiber(&fake, scheduler_stack, scheduler_bytes);
    emulator_switch(&place_, scheduler_place);
    __sanitizer_finish_switch_fiber(fake, &scheduler_stack, &scheduler_bytes);
#else
    emulator_switch(&place_, scheduler_place);
#endif
}

} // namespace emulator
