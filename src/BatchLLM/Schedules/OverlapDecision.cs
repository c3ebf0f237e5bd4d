using System.Globalization;

namespace BatchLLM.Schedules;

/// <summary>What a firing is to do about the jobs of earlier firings that are not over.</summary>
/// <param name="SkipReason">Why it makes no job; null if it makes one.</param>
/// <param name="Cancel">Jobs to cancel first.</param>
public sealed record OverlapDecision(string? SkipReason, IReadOnlyList<long> Cancel)
{
    /// <summary>Jobs of one schedule that wait at most: behind one that never ends, a nightly schedule would pile up for years.</summary>
    public const int MostWaiting = 100;

    /// <summary>Decides it.</summary>
    /// <param name="rule">The schedule's.</param>
    /// <param name="live">Jobs of its other firings that are not over, the oldest first.</param>
    public static OverlapDecision Of(OverlapRule rule, IReadOnlyList<long> live)
    {
        ArgumentNullException.ThrowIfNull(live);
        return (rule, live) switch
        {
            (_, []) => new(SkipReason: null, Cancel: []),
            (OverlapRule.CancelPrevious, _) => new(SkipReason: null, Cancel: live),
            (OverlapRule.Skip, _) => Skipped($"job {live[^1]} of an earlier firing is not over"),
            (_, { Count: >= MostWaiting }) => Skipped($"{live.Count} jobs of earlier firings are not over, the oldest is job {live[0]}"),
            _ => new(SkipReason: null, Cancel: []),
        };
    }

    private static OverlapDecision Skipped(FormattableString reason) => new(reason.ToString(CultureInfo.InvariantCulture), Cancel: []);
}
