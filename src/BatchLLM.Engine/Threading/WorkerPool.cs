using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace BatchLLM.Engine.Threading;

/// <summary>
/// Threads that stay for the runner's life and share out one stage after another. They spin briefly, because the next
/// stage comes within microseconds, then let other work run in between, and then park.
/// </summary>
/// <remarks>
/// The caller works too, and waits only for threads that joined the stage: a thread that the system has not scheduled
/// delays nothing. A barrier over all threads was rejected for that reason; on a loaded machine it doubles a step's time.
/// </remarks>
internal sealed class WorkerPool : IDisposable
{
    private const long JoinedMask = 0xFFFF;
    private const long Open = 1L << 16;
    private const long Generation = 1L << 17;
    private const int SpinsBeforeYielding = 100;

    // Longer than what a step does on one thread between stages. Measured with a twentieth of this, stages often ran as slowly as with a
    // thread less.
    private static readonly TimeSpan SpinBeforeParking = TimeSpan.FromMilliseconds(2);

    private readonly Thread[] _threads;
    private readonly Lock _failureGate = new();
    private readonly object _parking = new();
    private IWorkItems? _work;
    private int _count;
    private int _next;
    private int _finished;
    private int _parked;
    private long _state; // generation, open bit, threads that joined
    private volatile bool _stopping;
    private Exception? _failure;

    /// <summary>Starts the threads.</summary>
    /// <param name="workers">Threads in all, the caller included; at least 1.</param>
    public WorkerPool(int workers)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        _threads = new Thread[workers - 1];
        for (var i = 0; i < _threads.Length; i++)
        {
            var worker = i + 1;
            _threads[i] = new Thread(() => Work(worker)) { IsBackground = true, Name = $"batchllm-engine-{worker}" };
            _threads[i].Start();
        }
    }

    /// <summary>Threads in all, the caller included.</summary>
    public int WorkerCount => _threads.Length + 1;

    /// <summary>Computes all pieces of a stage; returns when they are done.</summary>
    public void Run(IWorkItems work)
    {
        if (work.Count <= 1 || _threads.Length == 0)
        {
            for (var i = 0; i < work.Count; i++)
            {
                work.Run(i, 0);
            }

            return;
        }

        Publish(work);
        Drain(0);
        Close();
    }

    private void Publish(IWorkItems work)
    {
        _work = work;
        _count = work.Count;
        _next = 0;
        _finished = 0;
        Interlocked.Exchange(ref _state, (_state | (Generation - 1)) + 1 | Open);
        if (Volatile.Read(ref _parked) > 0)
        {
            lock (_parking)
            {
                Monitor.PulseAll(_parking);
            }
        }
    }

    private void Close()
    {
        var joined = (int)(Interlocked.And(ref _state, ~Open) & JoinedMask);
        var wait = default(SpinWait);
        while (Volatile.Read(ref _finished) != joined)
        {
            wait.SpinOnce(sleep1Threshold: -1);
        }

        _work = null;
        if (Interlocked.Exchange(ref _failure, null) is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    private void Work(int worker)
    {
        var seen = 0L;
        while (!_stopping)
        {
            var state = Volatile.Read(ref _state);
            if ((state & Open) == 0 || state / Generation == seen)
            {
                Await(state);
            }
            else if (Interlocked.CompareExchange(ref _state, state + 1, state) == state)
            {
                seen = state / Generation;
                Drain(worker);
                Interlocked.Increment(ref _finished);
            }
        }
    }

    private void Drain(int worker)
    {
        try
        {
            var work = _work!;
            for (var item = Take(); item < _count; item = Take())
            {
                work.Run(item, worker);
            }
        }
        catch (Exception e)
        {
            // The caller rethrows it; other threads find nothing left to do.
            lock (_failureGate)
            {
                _failure ??= e;
            }

            Interlocked.Exchange(ref _next, _count);
        }
    }

    private int Take() => Interlocked.Increment(ref _next) - 1;

    // Returns when the generation has moved on from the state's, or sooner.
    private void Await(long state)
    {
        var start = Stopwatch.GetTimestamp();
        for (var spins = 0; Stopwatch.GetElapsedTime(start) < SpinBeforeParking; spins++)
        {
            if (HasNews(state))
            {
                return;
            }

            if (spins < SpinsBeforeYielding)
            {
                Thread.SpinWait(10);
            }
            else
            {
                Thread.Yield();
            }
        }

        lock (_parking)
        {
            Interlocked.Increment(ref _parked);
            while (!HasNews(state))
            {
                Monitor.Wait(_parking);
            }

            Interlocked.Decrement(ref _parked);
        }
    }

    private bool HasNews(long state) => _stopping || Volatile.Read(ref _state) / Generation != state / Generation;

    /// <inheritdoc/>
    public void Dispose()
    {
        _stopping = true;
        lock (_parking)
        {
            Monitor.PulseAll(_parking);
        }

        foreach (var thread in _threads)
        {
            thread.Join();
        }
    }
}
