using System.Globalization;
using BatchLLM.Jobs;

namespace BatchLLM.Overview;

/// <summary>A job's place in the order of pages: what runs, what is paused, what is queued, what is over; the newest first.</summary>
/// <param name="Rank">0 to 3, by its state.</param>
/// <param name="Id">Its number.</param>
public readonly record struct JobPlace(int Rank, long Id)
{
    /// <summary>A job's place.</summary>
    public static JobPlace Of(JobGlance job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return new JobPlace(RankOf(job.State), job.Id);
    }

    /// <summary>The place that a text says, as <see cref="ToString"/> writes it; null if it says none.</summary>
    public static JobPlace? Find(string? text) =>
        text?.Split('-') is [var rank, var id]
        && int.TryParse(rank, NumberStyles.None, CultureInfo.InvariantCulture, out var r) && r <= RankOf(JobState.Completed)
        && long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new JobPlace(r, number)
            : null;

    /// <summary>For an address: <c>3-9950</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Rank}-{Id}");

    private static int RankOf(JobState state) => state switch
    {
        JobState.Running => 0,
        JobState.Paused => 1,
        JobState.Queued => 2,
        _ => 3,
    };
}
