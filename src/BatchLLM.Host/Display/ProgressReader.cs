using BatchLLM.Jobs;

namespace BatchLLM.Host.Display;

/// <summary>Turns a job's counters into readings with a speed.</summary>
internal sealed class ProgressReader(string name, JobProgress progress, TimeProvider time)
{
    private readonly RateMeter _meter = new();
    private readonly long _start = time.GetTimestamp();

    public ProgressReading Read()
    {
        var counts = progress.Counts;
        var run = counts + -progress.Committed;
        _meter.Add(time.GetElapsedTime(_start), run.Done, run.PromptTokens + run.CompletionTokens);
        return new ProgressReading(
            name, progress.RowCount, counts, _meter.TokensPerSecond, _meter.TimeLeft(progress.RowCount - counts.Done));
    }
}
