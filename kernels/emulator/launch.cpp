// The library's functions: kernels by name, launches in cuLaunchKernel's form, memory with guards around it.
#include "../gpu.h"

#include <atomic>
#include <cstring>
#include <mutex>
#include <string>

#include "block.h"
#include "workers.h"

namespace emulator
{

// Registrations stand in many files, whose order of initialization nobody knows; a plain pointer is there before all.
static constinit const Registration* first_registration = nullptr;

Registration::Registration(const char* name, const char* file, u32 argument_bytes, void (*run)(const void*))
    : name(name), file(file), argument_bytes(argument_bytes), run(run), next(first_registration)
{
    first_registration = this;
}

static std::string describe(const Registration& kernel, ThreadIndex at)
{
    return std::string(kernel.name) + ", block (" + std::to_string(at.x) + ", " + std::to_string(at.y) + ", "
        + std::to_string(at.z) + "): ";
}

} // namespace emulator

using namespace emulator;

extern "C"
{

// The kernel of a source "name.cu"; null if there is none.
const Registration* emulator_find(const char* source, const char* name)
{
    std::string ending = std::string("/") + source + ".cu";
    for (const Registration* kernel = first_registration; kernel != nullptr; kernel = kernel->next)
    {
        if (strcmp(kernel->name, name) == 0 && std::string("/").append(kernel->file).ends_with(ending))
        {
            return kernel;
        }
    }
    return nullptr;
}

u32 emulator_argument_bytes(const Registration* kernel) { return kernel->argument_bytes; }

// Runs a kernel's blocks on threads of the library's own, never on the caller's: whoever suspends that one for a garbage
// collection must not meet a fiber's stack. `parameters` holds the address of each argument. A block may compute for
// `most_milliseconds`.
// Returns 0, or 1 with what went wrong as a text.
i32 emulator_launch(
    const Registration* kernel, u32 grid_x, u32 grid_y, u32 grid_z, u32 threads, u32 shared_bytes, void** parameters, u64 seed,
    u32 most_milliseconds, char* message, u32 message_bytes)
{
    Shape shape{{grid_x, grid_y, grid_z}, threads, shared_bytes, most_milliseconds};
    u64 count = static_cast<u64>(grid_x) * grid_y * grid_z;
    std::mutex mutex;
    std::string failure;
    std::atomic<bool> failed = false;
    run_parallel(count, [&](u64 i)
    {
        // With a seed, blocks run from the last to the first as well.
        u64 place = seed % 2 == 0 ? i : count - 1 - i;
        ThreadIndex at{static_cast<u32>(place % grid_x), static_cast<u32>(place / grid_x % grid_y), static_cast<u32>(place / grid_x / grid_y)};
        try
        {
            if (!failed)
            {
                block().run(*kernel, parameters[0], shape, at, seed == 0 ? 0 : seed + place);
            }
        }
        catch (const std::string& what)
        {
            std::lock_guard lock(mutex);
            failed = true;
            failure = describe(*kernel, at) + what;
        }
    });
    if (failed)
    {
        message[failure.copy(message, message_bytes - 1)] = 0;
    }
    return failed ? 1 : 0;
}

}
