using BatchLLM.Overview;

namespace BatchLLM.Host.Display;

/// <summary>Speed over the last seconds and since the start, and the time left by both. Pure: the caller brings the clock.</summary>
internal sealed class RateMeter
{
    private static readonly TimeSpan Span = TimeSpan.FromSeconds(15);
    private static readonly Pace Still = new(0, 0, 0, 0);

    private readonly List<Reading> _late = [];
    private Reading? _first;

    /// <summary>Over the span.</summary>
    public Pace Late { get; private set; } = Still;

    /// <summary>Since the first reading.</summary>
    public Pace Overall { get; private set; } = Still;

    /// <summary>Takes a reading.</summary>
    /// <param name="at">Time since the start.</param>
    /// <param name="rows">Rows done since the start.</param>
    /// <param name="tokens">Tokens of those rows.</param>
    public void Add(TimeSpan at, long rows, long tokens)
    {
        var reading = new Reading(at, rows, tokens);
        _first ??= reading;
        _late.Add(reading);
        _late.RemoveAll(old => at - old.At > Span);
        var samples = _late.Zip(_late.Skip(1), (one, next) => next.Rows > one.Rows).Count(hasEnded => hasEnded);
        (Late, Overall) = (Between(_late[0], reading, samples), Between(_first.Value, reading, samples));
    }

    /// <summary>Time for the rows left, or null before there is a speed to trust.</summary>
    public TimeLeft? TimeLeft(long rowsLeft) => Overview.TimeLeft.Of(rowsLeft, Late, Overall);

    private static Pace Between(Reading from, Reading to, int samples)
    {
        var seconds = (to.At - from.At).TotalSeconds;
        return seconds > 0 ? new Pace((to.Rows - from.Rows) / seconds, (to.Tokens - from.Tokens) / seconds, to.Rows - from.Rows, samples) : Still;
    }

    private readonly record struct Reading(TimeSpan At, long Rows, long Tokens);
}
