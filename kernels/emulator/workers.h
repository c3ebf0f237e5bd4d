// Threads of the machine that blocks and products are spread over.
#pragma once

#include <functional>

namespace emulator
{

// Calls work(0) to work(count - 1), each once and in any order, and returns when all have. Callers on several threads share
// the same workers.
void run_parallel(u64 count, const std::function<void(u64)>& work);

} // namespace emulator
