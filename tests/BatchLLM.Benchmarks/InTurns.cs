using System.Diagnostics;

namespace BatchLLM.Benchmarks;

/// <summary>Times what is measured and the limit that it is held against in turns, so that both meet the same machine.</summary>
/// <remarks>
/// Elapsed time: the median, and the least for what no one else's work disturbed. Processor time was tried and is not to be trusted over a millisecond: the system adds
/// what runs on another core at its clock's next tick, so that half of a burst may be missing.
/// </remarks>
internal static class InTurns
{
    private const double BudgetSeconds = 0.6;

    /// <summary>Seconds of each.</summary>
    public static (Seconds Action, Seconds Limit) Of(Action action, Action limit)
    {
        action();
        var (actions, limits) = (new List<double>(), new List<double>());
        var until = Stopwatch.GetTimestamp() + (long)(BudgetSeconds * Stopwatch.Frequency);
        while (actions.Count < 3 || Stopwatch.GetTimestamp() < until)
        {
            limits.Add(Time(limit));
            actions.Add(Time(action));
        }

        return (Summary(actions), Summary(limits));
    }

    private static Seconds Summary(List<double> seconds) => new(seconds.Order().ElementAt(seconds.Count / 2), seconds.Min());

    private static double Time(Action action)
    {
        var start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Seconds of a burst.</summary>
    internal readonly record struct Seconds(double Median, double Least);
}
