using BatchLLM.Overview;

namespace BatchLLM.Host.Service.Jobs;

/// <summary>How long a job will still take, as pages show it too: a range, because nobody knows.</summary>
/// <param name="ShortestSeconds">If it goes on as fast as it ever did.</param>
/// <param name="LongestSeconds">If it goes on as slowly as it ever did.</param>
internal sealed record EtaView(double ShortestSeconds, double LongestSeconds)
{
    /// <summary>Shows a range, in whole seconds.</summary>
    public static EtaView Of(TimeLeft left) => new(Math.Floor(left.Shortest.TotalSeconds), Math.Ceiling(left.Longest.TotalSeconds));
}
