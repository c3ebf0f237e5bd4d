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

    /// <summary>True if the job never changes again, but for the receipt of a cancelled one.</summary>
    public static bool IsFinal(this JobState state) => state is JobState.Completed or JobState.Cancelled or JobState.Failed;
}
