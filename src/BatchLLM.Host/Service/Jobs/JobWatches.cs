using System.Runtime.CompilerServices;
using BatchLLM.Jobs;
using Microsoft.Extensions.Hosting;

namespace BatchLLM.Host.Service.Jobs;

/// <summary>
/// Follows jobs: all who follow one share one look at the database every half second, and nobody's slowness holds up another.
/// </summary>
/// <param name="store">Durable state.</param>
/// <param name="views">Shows them.</param>
/// <param name="time">The clock.</param>
/// <param name="lifetime">Says when the service stops; then all that follow end.</param>
internal sealed class JobWatches(IJobStore store, JobViews views, TimeProvider time, IHostApplicationLifetime lifetime)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<long, (JobWatch Watch, CancellationTokenSource Stop)> _watches = [];

    /// <summary>
    /// A job as it is now, and again whenever it has changed or nothing was said for 15 s, until it is over or the service
    /// stops. Who is slow misses what was in between.
    /// </summary>
    /// <exception cref="BatchLLMException">The database fails.</exception>
    public async IAsyncEnumerable<JobReading> FollowAsync(
        long id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        var watch = Join(id);
        try
        {
            JobReading? reading = null;
            do
            {
                reading = await NextAsync(watch, reading, either.Token);
                if (reading is null)
                {
                    yield break;
                }

                yield return reading;
            }
            while (!reading.Job.State.IsFinal());
        }
        finally
        {
            Leave(id);
        }
    }

    /// <summary>Null once the service stops: an answer that streams then ends as it should.</summary>
    private async Task<JobReading?> NextAsync(JobWatch watch, JobReading? seen, CancellationToken cancellationToken)
    {
        try
        {
            return await watch.NextAsync(seen, cancellationToken);
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return null;
        }
    }

    private JobWatch Join(long id)
    {
        lock (_lock)
        {
            if (!_watches.TryGetValue(id, out var entry))
            {
                entry = (new JobWatch(store, views, id, time), new CancellationTokenSource());
                _watches.Add(id, entry);
                _ = entry.Watch.RunAsync(entry.Stop.Token); // what fails in it reaches the listeners
            }

            entry.Watch.Listeners++;
            return entry.Watch;
        }
    }

    private void Leave(long id)
    {
        lock (_lock)
        {
            var (watch, stop) = _watches[id];
            if (--watch.Listeners == 0)
            {
                _watches.Remove(id);
                stop.Cancel();
                stop.Dispose();
            }
        }
    }
}
