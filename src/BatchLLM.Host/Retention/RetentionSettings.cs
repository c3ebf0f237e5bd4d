namespace BatchLLM.Host.Retention;

/// <summary>How long the service keeps what is over.</summary>
/// <param name="Jobs">Jobs, with shards, firings, batches and messages, from when they ended; null for ever.</param>
/// <param name="Files">Files of the OpenAI API that have no lifetime of their own, from when they came; null for ever.</param>
/// <param name="Results">
/// Results of jobs that do not say themselves how long, where their users chose the place, from when the jobs ended; null for ever.
/// </param>
internal sealed record RetentionSettings(TimeSpan? Jobs, TimeSpan? Files, TimeSpan? Results)
{
    /// <summary>Everything for ever.</summary>
    public static RetentionSettings Forever { get; } = new(Jobs: null, Files: null, Results: null);
}
