using BatchLLM.Overview;

namespace BatchLLM.Dashboard;

/// <summary>A job's throughput over its life, ready to be drawn. Pure.</summary>
/// <remarks>By commits, which are what is durable: work shows once its shard is committed, then for as long as it was held.</remarks>
public sealed class ThroughputChart
{
    private const int MostBars = 80;

    private static readonly double[] Lengths =
        [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 86_400];

    private static readonly double[] Steps = [1, 2, 5, 10];

    /// <summary>Takes what was committed.</summary>
    /// <param name="interval">How long each interval is, as <see cref="IntervalOf"/> chose it.</param>
    /// <param name="span">From when the job was planned to the end of the chart.</param>
    /// <param name="intervals">What was committed in them.</param>
    public ThroughputChart(TimeSpan interval, TimeSpan span, IReadOnlyList<ThroughputInterval> intervals)
    {
        ArgumentNullException.ThrowIfNull(intervals);
        Interval = interval;
        Bars = intervals;
        // A commit may come after the clock was read.
        Count = Math.Max(1, Math.Max((int)Math.Ceiling(span / interval), intervals.Count == 0 ? 0 : intervals[^1].Index + 1));
        Top = NiceAbove(intervals.Select(bar => RateOf(bar.PromptTokens + bar.CompletionTokens)).DefaultIfEmpty(0).Max());
    }

    /// <summary>How long each interval is.</summary>
    public TimeSpan Interval { get; }

    /// <summary>Intervals in which something was committed.</summary>
    public IReadOnlyList<ThroughputInterval> Bars { get; }

    /// <summary>How many intervals the chart has room for.</summary>
    public int Count { get; }

    /// <summary>Tokens a second at its upper edge.</summary>
    public double Top { get; }

    /// <summary>The highest bar, tokens a second.</summary>
    public double Peak => Bars.Select(bar => RateOf(bar.PromptTokens + bar.CompletionTokens)).DefaultIfEmpty(0).Max();

    /// <summary>Tokens a second over all of it.</summary>
    public double Mean => RateOf(Bars.Sum(bar => bar.PromptTokens + bar.CompletionTokens)) / Count;

    /// <summary>So many tokens of one interval, a second.</summary>
    public double RateOf(long tokens) => tokens / Interval.TotalSeconds;

    /// <summary>How long the intervals are of a chart over a span: a length that people count in.</summary>
    public static TimeSpan IntervalOf(TimeSpan span)
    {
        var seconds = Lengths.Where(length => span.TotalSeconds <= length * MostBars).DefaultIfEmpty(0).First();
        return seconds > 0 ? TimeSpan.FromSeconds(seconds) : TimeSpan.FromDays(Math.Ceiling(span.TotalDays / MostBars));
    }

    /// <summary>1, 2 or 5 times a power of ten.</summary>
    private static double NiceAbove(double value)
    {
        if (value <= 1)
        {
            return 1;
        }

        var power = Math.Pow(10, Math.Floor(Math.Log10(value)));
        return Steps.Select(step => step * power).First(top => top >= value * 0.9999);
    }
}
