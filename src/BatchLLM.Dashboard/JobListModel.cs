using BatchLLM.Jobs;
using BatchLLM.Overview;

namespace BatchLLM.Dashboard;

/// <summary>What the page of jobs shows.</summary>
/// <param name="Board">How many jobs are where; its time is the page's.</param>
/// <param name="Jobs">The jobs of this page, in order.</param>
/// <param name="State">The state asked for; null for any.</param>
/// <param name="Text">The text searched for; empty for none.</param>
/// <param name="IsFirst">True for the first page.</param>
/// <param name="Next">Query of the page that follows; null on the last.</param>
public sealed record JobListModel(
    JobBoard Board, IReadOnlyList<JobGlance> Jobs, JobState? State, string Text, bool IsFirst, string? Next)
{
    /// <summary>Prompt and completion tokens a second of all jobs that run; null if this page does not show all of them.</summary>
    public double? TokensPerSecond => Jobs.Count(job => job.State == JobState.Running) == Board.Running
        ? Jobs.Where(job => job.State == JobState.Running).Sum(job => Pace.OfLate(job, Board.At)?.TokensPerSecond ?? 0)
        : null;

    /// <summary>True if it shows all jobs there are.</summary>
    public bool IsUnfiltered => State is null && Text.Length == 0;
}
