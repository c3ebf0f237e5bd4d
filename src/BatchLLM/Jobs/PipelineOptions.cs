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

    /// <summary>
    /// Asked at each window's border whether this worker goes on with the job. Once it may not, and when no shard is free, the
    /// run ends and leaves the job to others; a window that was only read is handed back. Null: the process is here for this
    /// job alone; it goes on to the end and waits for shards that others hold.
    /// </summary>
    public Func<CancellationToken, ValueTask<bool>>? MayLease { get; init; }
}
