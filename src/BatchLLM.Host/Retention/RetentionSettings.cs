namespace BatchLLM.Host.Retention;

/// <summary>How long the service keeps what is over.</summary>
/// <param name="Jobs">Jobs, with shards, firings, batches and messages, from when they ended; null for ever.</param>
/// <param name="Files">Files of the OpenAI API that have no lifetime of their own, from when they came; null for ever.</param>
internal sealed record RetentionSettings(TimeSpan? Jobs, TimeSpan? Files)
{
    /// <summary>Everything for ever.</summary>
    public static RetentionSettings Forever { get; } = new(Jobs: null, Files: null);
}
