using BatchLLM.Jobs;

namespace BatchLLM.Host.Display;

/// <summary>Turns a job's counters into readings with a speed.</summary>
internal sealed class ProgressReader
{
    private readonly RateMeter _meter = new();
    private readonly string _name;
    private readonly JobProgress _progress;
    private readonly TimeProvider _time;
    private readonly long _start;

    /// <summary>Starts the clock.</summary>
    public ProgressReader(string name, JobProgress progress, TimeProvider time)
    {
        _name = name;
        _progress = progress;
        _time = time;
        _start = time.GetTimestamp();
        _meter.Add(TimeSpan.Zero, 0, 0);
    }

    public ProgressReading Read()
    {
        var counts = _progress.Counts;
        var run = counts + -_progress.Committed;
        _meter.Add(_time.GetElapsedTime(_start), run.Done, run.PromptTokens + run.CompletionTokens);
        return new ProgressReading(
            _name, _progress.RowCount, counts, _meter.Late.TokensPerSecond, _meter.TimeLeft(_progress.RowCount - counts.Done));
    }
}
