using BatchLLM.Host.Display;
using BatchLLM.Jobs;
using BatchLLM.Preflight;

namespace BatchLLM.Host.Preflight;

/// <summary>Where a preflight stands, written by its thread and read by the display's.</summary>
/// <param name="name">The job's name.</param>
/// <param name="time">The clock.</param>
internal sealed class PreflightStages(string name, TimeProvider time)
{
    private readonly RateMeter _meter = new();
    private readonly long _start = time.GetTimestamp();
    private volatile JobPlan? _plan;
    private TimeSpan _limit;
    private long _measured; // timestamp at which measuring began; 0 before

    /// <summary>Rows tokenized.</summary>
    public PreflightProgress Progress { get; } = new();

    /// <summary>Rows are counted; they are being tokenized.</summary>
    public void Tokenize(JobPlan plan) => _plan = plan;

    /// <summary>Rows are tokenized; a sample is being run for some time at most.</summary>
    public void Measure(TimeSpan limit)
    {
        _limit = limit;
        Volatile.Write(ref _measured, time.GetTimestamp());
    }

    /// <summary>Takes a reading.</summary>
    public PreflightReading Read()
    {
        var rows = Progress.Rows;
        _meter.Add(time.GetElapsedTime(_start), rows, 0);
        if (_plan is not { } plan)
        {
            return new PreflightReading(name, "counting rows", 0, 0, 0, 0);
        }

        var megabytesPerRow = plan.Inputs.Sum(file => file.Length) / 1e6 / plan.RowCount;
        var (stage, share) = Volatile.Read(ref _measured) is > 0 and var began
            ? ("running a sample", Math.Min(1, time.GetElapsedTime(began) / _limit))
            : ("tokenizing", (double)rows / plan.RowCount);
        return new PreflightReading(name, stage, share, rows, _meter.Late.RowsPerSecond, _meter.Late.RowsPerSecond * megabytesPerRow);
    }
}
