using System.Runtime.ExceptionServices;
using BatchLLM.Jobs;

namespace BatchLLM.Host.Service.Jobs;

/// <summary>One job that is looked at again and again, for any number of listeners, who get its newest state only.</summary>
/// <param name="store">Durable state.</param>
/// <param name="views">Shows it, once for all of them.</param>
/// <param name="id">The job.</param>
/// <param name="time">The clock.</param>
internal sealed class JobWatch(IJobStore store, JobViews views, long id, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    // What stands between here and a listener closes connections that say nothing, mostly after 30 or 60 s.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(15);

    private readonly Lock _lock = new();
    private TaskCompletionSource _changed = NewSignal();
    private JobReading? _latest;
    private Exception? _fault;

    /// <summary>How many listen; the registry's.</summary>
    public int Listeners { get; set; }

    /// <summary>Looks at the job while anybody listens: one that is over may run again.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await LookAsync(cancellationToken);
                await Task.Delay(Interval, time, cancellationToken);
            }
        }
        catch (Exception e)
        {
            Publish(null, e); // to the listeners, whose requests end with it
        }
    }

    /// <summary>The newest reading, as soon as it is another one than the listener has.</summary>
    /// <param name="seen">What the listener has; null for nothing.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="BatchLLMException">The database fails.</exception>
    public async Task<JobReading> NextAsync(JobReading? seen, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_latest is { } latest && !ReferenceEquals(latest, seen))
                {
                    return latest;
                }

                if (_fault is not null)
                {
                    ExceptionDispatchInfo.Throw(_fault);
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var job = await store.FindAsync(id, cancellationToken)
            ?? throw new BatchLLMException($"Job {id} is no longer in the database.");
        var now = time.GetUtcNow();
        if (_latest is not { } latest || !latest.Shows(job) || now - latest.At >= LongestSilence)
        {
            Publish(new JobReading(job, await views.OfAsync(job, cancellationToken), now), null);
        }
    }

    private void Publish(JobReading? reading, Exception? fault)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            (_latest, _fault) = (reading ?? _latest, fault);
            (changed, _changed) = (_changed, NewSignal());
        }

        changed.SetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
