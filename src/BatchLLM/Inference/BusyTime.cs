namespace BatchLLM.Inference;

/// <summary>Time that an engine spent computing. Added to by one thread, read by any.</summary>
public sealed class BusyTime
{
    private long _ticks;

    /// <summary>The time so far.</summary>
    public TimeSpan Total => TimeSpan.FromTicks(Interlocked.Read(ref _ticks));

    /// <summary>Adds a step's time.</summary>
    public void Add(TimeSpan time) => Interlocked.Add(ref _ticks, time.Ticks);
}
