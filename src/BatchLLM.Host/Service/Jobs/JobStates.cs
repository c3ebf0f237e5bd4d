using BatchLLM.Jobs;

namespace BatchLLM.Host.Service.Jobs;

/// <summary>States as requests and answers name them: in lower case.</summary>
internal static class JobStates
{
    private static readonly Dictionary<string, JobState> ByName =
        Enum.GetValues<JobState>().ToDictionary(Name, StringComparer.Ordinal);

    /// <summary>All names, in the order of a job's life.</summary>
    public static IEnumerable<string> Names => ByName.Keys;

    /// <summary>A state's name.</summary>
    public static string Name(JobState state) => state.ToString().ToLowerInvariant();

    /// <summary>The state of a name; null if none has it.</summary>
    public static JobState? Find(string name) => ByName.TryGetValue(name, out var state) ? state : null;

    /// <summary>Why a job's state does not allow what was asked for.</summary>
    /// <param name="job">The job as it is.</param>
    /// <param name="verb">What it cannot be: paused, for example.</param>
    public static string Refusal(Job job, string verb) => job.WaitsForApproval
        ? $"Job {job.Id} waits for its canary to be approved, so it cannot be {verb}; approve or cancel it."
        : $"Job {job.Id} is {Name(job.State)}, so it cannot be {verb}.";

    /// <summary>True if the job never changes again, but for a retry, and for the receipt of a cancelled one.</summary>
    public static bool IsFinal(this JobState state) => state is JobState.Completed or JobState.Cancelled or JobState.Failed;
}
