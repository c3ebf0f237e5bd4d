using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace BatchLLM.Benchmarks;

/// <summary>How long requests took.</summary>
internal sealed class Latencies
{
    private readonly ConcurrentBag<(double Milliseconds, bool IsFirst)> _taken = [];

    /// <summary>Measures one.</summary>
    /// <param name="request">Sends it, and ends with the answer.</param>
    /// <param name="isFirst">True for a client's first, which opens a connection, and may meet a server that has only just started.</param>
    public async Task<T> MeasureAsync<T>(Func<Task<T>> request, bool isFirst = false)
    {
        var start = Stopwatch.GetTimestamp();
        var answer = await request();
        _taken.Add((Stopwatch.GetElapsedTime(start).TotalMilliseconds, isFirst));
        return answer;
    }

    /// <summary>A line of a Markdown table.</summary>
    public string Line(string name) => Line(name, _taken);

    /// <summary>A line without the first request of each client.</summary>
    public string LaterLine(string name) => Line(name, _taken.Where(taken => !taken.IsFirst));

    private static string Line(string name, IEnumerable<(double Milliseconds, bool IsFirst)> taken)
    {
        var sorted = taken.Select(each => each.Milliseconds).Order().ToList();
        var (median, late) = (sorted[sorted.Count / 2], sorted[sorted.Count * 99 / 100]);
        return string.Create(CultureInfo.InvariantCulture, $"| {name} | {median:F1} | {late:F1} | {late / median:F1} |");
    }
}
