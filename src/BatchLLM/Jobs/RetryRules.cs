using System.Globalization;

namespace BatchLLM.Jobs;

/// <summary>Which jobs may have their failed rows computed again; for any other, why not. Pure.</summary>
public static class RetryRules
{
    /// <summary>Why a job cannot be retried as it stands; null if it can.</summary>
    public static string? Refusal(Job job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return job switch
        {
            { State: JobState.Failed } => Say(job, $"failed before any of its rows ran. Correct that and hand it in anew: {job.Reason}"),
            { IsPlanned: false, State: JobState.Cancelled } => Say(job, "was cancelled before any of its rows ran. Hand it in anew."),
            { State: not (JobState.Completed or JobState.Cancelled) } => Say(job, $"is {Name(job.State)}; its failed rows are retried when it is over."),
            { ReceiptSha256: null } => Say(job, "is cancelled, and its output is not published yet. Cancel it once more, and that is done."),
            { Removal: { } removal } => Say(job, $"is over for good: its {removal.Say()} The rows that did not fail would be taken from there."),
            { Counts.Failed: 0 } => Say(job, "has no failed rows."),
            _ => null,
        };
    }

    /// <summary>Why the job of a batch is not retried.</summary>
    public static string OfBatch(Job job) => Say(
        job, "is that of a batch, whose output and error files its client may have already. Hand the requests of its error file in as a new batch.");

    /// <summary>Why a job is not retried now.</summary>
    /// <param name="job">The job.</param>
    /// <param name="other">A job that is not over.</param>
    public static string OutputInUse(Job job, long other) => Say(
        job, string.Create(CultureInfo.InvariantCulture, $"has its output where job {other} writes; that one has to be over first."));

    /// <summary>Why a job is not retried while another's results are removed from its output.</summary>
    public static string OutputInRemoval(Job job) => Say(job, "has its output where an earlier job's results are being removed; try again when that is done.");

    /// <summary>Why a job is not retried whose former output cannot be found.</summary>
    public static string OutputIsGone(Job job) => Say(
        job, "has no receipt of its own in its output any more: another job has written there since, or somebody removed it. The rows that did not fail are taken from there.");

    /// <summary>Why nothing of a job is retried.</summary>
    /// <param name="job">A job with failed rows.</param>
    /// <param name="error">The code that was asked for.</param>
    public static string NoSuchError(Job job, string? error) => Say(
        job, string.Create(CultureInfo.InvariantCulture, $"has no row that failed with '{error}', of {job.Counts.Failed} that failed."));

    private static string Say(Job job, string what) => string.Create(CultureInfo.InvariantCulture, $"Job {job.Id} {what}");

    private static string Name(JobState state) => state.ToString().ToLowerInvariant();
}
