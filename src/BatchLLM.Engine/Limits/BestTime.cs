using System.Diagnostics;

namespace BatchLLM.Engine.Limits;

/// <summary>The time of the quickest of several runs: what a limit is, where the mean would be what else the machine did.</summary>
internal static class BestTime
{
    /// <summary>Seconds of the quickest run.</summary>
    public static double Of(Action action, int runs)
    {
        var best = double.MaxValue;
        for (var i = 0; i < runs; i++)
        {
            var start = Stopwatch.GetTimestamp();
            action();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return best;
    }
}
