using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace BatchLLM.Benchmarks;

/// <summary>How long requests took.</summary>
internal sealed class Latencies
{
    private readonly ConcurrentBag<double> _milliseconds = [];

    /// <summary>Measures one.</summary>
    public async Task<T> MeasureAsync<T>(Func<Task<T>> request)
    {
        var start = Stopwatch.GetTimestamp();
        var answer = await request();
        _milliseconds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        return answer;
    }

    /// <summary>A line of a Markdown table.</summary>
    public string Line(string name)
    {
        var sorted = _milliseconds.Order().ToList();
        var (median, late) = (sorted[sorted.Count / 2], sorted[sorted.Count * 99 / 100]);
        return string.Create(CultureInfo.InvariantCulture, $"| {name} | {median:F1} | {late:F1} | {late / median:F1} |");
    }
}
