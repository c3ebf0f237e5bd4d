namespace BatchLLM.Host.Work;

/// <summary>
/// Jobs that this worker leaves to others for a while, because something on this machine was in the way of them; longer each
/// time that it is again. Only this worker's business, so it is kept nowhere else.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class LeftJobs(TimeProvider time)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    private readonly Dictionary<long, (int Times, DateTimeOffset Until)> _left = [];

    /// <summary>Those that are left to others now.</summary>
    public IReadOnlyList<long> Now => [.. _left.Where(job => job.Value.Until > time.GetUtcNow()).Select(job => job.Key)];

    /// <summary>Leaves a job; returns for how long.</summary>
    public TimeSpan Leave(long jobId)
    {
        var times = _left.GetValueOrDefault(jobId).Times;
        var delay = TimeSpan.FromSeconds(Math.Min(Longest.TotalSeconds, First.TotalSeconds * Math.Pow(2, times)));
        _left[jobId] = (times + 1, time.GetUtcNow() + delay);
        return delay;
    }

    /// <summary>Forgets that it ever was.</summary>
    public void Forget(long jobId) => _left.Remove(jobId);
}
