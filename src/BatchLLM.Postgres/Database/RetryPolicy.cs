namespace BatchLLM.Postgres.Database;

/// <summary>How long trouble with the database is waited out.</summary>
public sealed record RetryPolicy
{
    /// <summary>How long the first connection may take. A refused one is not waited for at all.</summary>
    public TimeSpan StartPatience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an operation is repeated while the server is away, restarting, or full.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The first pause; each further one is up to twice as long, and all are shortened at random.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest pause.</summary>
    public TimeSpan LongestDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The pause after an attempt, 0-based; <paramref name="jitter"/> is 0 to 1.</summary>
    internal TimeSpan Delay(int attempt, double jitter)
    {
        var full = Math.Min(LongestDelay.TotalSeconds, FirstDelay.TotalSeconds * Math.Pow(2, Math.Min(attempt, 30)));
        return TimeSpan.FromSeconds(full * (0.5 + (jitter / 2)));
    }
}
