namespace BatchLLM.Jobs;

/// <summary>Sizes and times of a pipeline.</summary>
/// <param name="Worker">Name of this worker in the store, for people: host and process.</param>
/// <param name="ShardsPerWindow">Most shards leased at once; a crash costs at most their uncommitted work.</param>
/// <param name="Policies">The job's error budget.</param>
public sealed record PipelineOptions(string Worker, int ShardsPerWindow, PolicySpec Policies)
{
    /// <summary>
    /// How long a silent worker keeps its shards: the wait after a crash. Renewed three times as often, so one late
    /// renewal loses nothing.
    /// </summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How often to ask again while other workers hold every open shard.</summary>
    public TimeSpan LeasePollInterval { get; init; } = TimeSpan.FromSeconds(1);
}
