using System.Collections.Concurrent;

namespace BatchLLM.Parquet.Reading;

/// <summary>
/// Pages that wait to be decompressed, in the order in which they are wanted. Others work on them, one thread less than there are
/// processors, and whoever waits for a page works on those that wait: as many threads as processors then have something to do, and
/// none waits for a processor that another holds for milliseconds. A task for each page in the thread pool was rejected: with one
/// thread more than processors, reading pages of 1 MiB took a fifth longer, while a processor was idle.
/// </summary>
internal sealed class PageWork
{
    private static readonly int MostWorkers = Math.Max(1, Environment.ProcessorCount - 1);

    private readonly ConcurrentQueue<Job> _waiting = new();
    private int _workers;

    /// <summary>Has a page opened by whoever comes to it.</summary>
    /// <param name="open">Opens it; anything but short waits is not meant for here.</param>
    /// <returns>What that returns, or throws.</returns>
    public Task<string?> Begin(Func<Task<string?>> open)
    {
        var job = new Job(open);
        _waiting.Enqueue(job);
        if (TryEnter())
        {
            _ = Task.Run(WorkAsync);
        }

        return job.Result;
    }

    /// <summary>Waits for a page, and works on others meanwhile.</summary>
    public async Task<string?> HelpAsync(Task<string?> wanted)
    {
        while (!wanted.IsCompleted && _waiting.TryDequeue(out var job))
        {
            await job.RunAsync();
        }

        return await wanted;
    }

    private async Task WorkAsync()
    {
        do
        {
            while (_waiting.TryDequeue(out var job))
            {
                await job.RunAsync();
            }

            Interlocked.Decrement(ref _workers);
        }
        while (!_waiting.IsEmpty && TryEnter()); // one that was put there after the last look, before others could enter
    }

    private bool TryEnter()
    {
        for (var before = Volatile.Read(ref _workers); before < MostWorkers;)
        {
            var found = Interlocked.CompareExchange(ref _workers, before + 1, before);
            if (found == before)
            {
                return true;
            }

            before = found;
        }

        return false;
    }

    /// <summary>One page. Who waits for it goes on elsewhere: the thread that opened it has others to open.</summary>
    private sealed class Job(Func<Task<string?>> open)
    {
        private readonly TaskCompletionSource<string?> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<string?> Result => _result.Task;

        public async Task RunAsync()
        {
            try
            {
                _result.SetResult(await open());
            }
            catch (Exception exception) // told to whoever waits for the page
            {
                _result.SetException(exception);
            }
        }
    }
}
