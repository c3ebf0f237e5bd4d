using BatchLLM.Jobs;

namespace BatchLLM.Host.Work;

/// <summary>
/// A worker's time with one job: it ends at a window's border when the worker is to end, when a job of higher priority waits, or
/// when it has lasted a while and a tenant waits for whom nobody works.
/// </summary>
/// <param name="queue">Knows what waits.</param>
/// <param name="jobId">The job.</param>
/// <param name="offer">What the worker could take up instead.</param>
/// <param name="time">The clock.</param>
/// <param name="drain">Cancelled when the worker is to end.</param>
internal sealed class JobTurn(IJobQueue queue, long jobId, WorkerOffer offer, TimeProvider time, CancellationToken drain)
{
    // Long enough to be worth loading another model for.
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(30);

    // Small windows end many times a second; the queue need not be asked each time.
    private static readonly TimeSpan AskInterval = TimeSpan.FromSeconds(1);

    private readonly long _start = time.GetTimestamp();
    private long _asked = time.GetTimestamp();
    private bool _isOver;

    /// <summary>True if the job was left for another one: it is not to be taken up again at once.</summary>
    public bool GaveWay => _isOver;

    /// <summary>See <see cref="PipelineOptions.MayLease"/>.</summary>
    public async ValueTask<bool> MayLeaseAsync(CancellationToken cancellationToken)
    {
        if (drain.IsCancellationRequested || _isOver)
        {
            return false;
        }

        if (time.GetElapsedTime(_asked) >= AskInterval)
        {
            _asked = time.GetTimestamp();
            var hadTurn = time.GetElapsedTime(_start) >= Turn;
            _isOver = await queue.HasMoreUrgentAsync(jobId, offer, hadTurn, cancellationToken);
        }

        return !_isOver;
    }
}
