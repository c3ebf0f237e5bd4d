#include "../gpu.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

#include "workers.h"

namespace emulator
{

namespace
{

struct Work
{
    u64 count;
    const std::function<void(u64)>& run;
    u64 next = 0;
    u64 done = 0;
};

class Workers
{
public:
    Workers()
    {
        for (u32 i = 0; i < std::max(1u, std::thread::hardware_concurrency()); i++)
        {
            std::thread([this] { serve(); }).detach();
        }
    }

    void run(Work& work)
    {
        std::unique_lock lock(mutex_);
        queue_.push_back(&work);
        added_.notify_all();
        ended_.wait(lock, [&] { return work.done == work.count; });
    }

private:
    void serve()
    {
        std::unique_lock lock(mutex_);
        for (;;)
        {
            added_.wait(lock, [this] { return !queue_.empty(); });
            Work& work = *queue_.front();
            u64 index = work.next++;
            if (work.next == work.count)
            {
                queue_.pop_front();
            }
            lock.unlock();
            work.run(index);
            lock.lock();
            if (++work.done == work.count)
            {
                ended_.notify_all();
            }
        }
    }

    std::mutex mutex_;
    std::condition_variable added_;
    std::condition_variable ended_;
    std::deque<Work*> queue_;
};

} // namespace

void run_parallel(u64 count, const std::function<void(u64)>& run)
{
    // Never destroyed: its threads run until the process ends.
    static Workers& workers = *new Workers;
    if (count > 0)
    {
        Work work{count, run};
        workers.run(work);
    }
}

} // namespace emulator
