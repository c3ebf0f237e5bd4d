namespace BatchLLM.Benchmarks.Simulation;

/// <summary>Watches the managed heap from its creation on: looks every millisecond, so a shorter peak may be missed.</summary>
internal sealed class PeakMemory : IDisposable
{
    private readonly Timer _timer;
    private long _bytes;

    /// <summary>Starts to watch.</summary>
    public PeakMemory() => _timer = new Timer(_ => Read(), null, dueTime: 0, period: 1);

    /// <summary>Looks once more; the most bytes seen so far, garbage not yet collected included.</summary>
    public long Read()
    {
        var now = GC.GetTotalMemory(forceFullCollection: false);
        long seen;
        while ((seen = Interlocked.Read(ref _bytes)) < now && Interlocked.CompareExchange(ref _bytes, now, seen) != seen)
        {
        }

        return Interlocked.Read(ref _bytes);
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();
}
