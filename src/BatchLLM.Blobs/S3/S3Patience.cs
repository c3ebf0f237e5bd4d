namespace BatchLLM.Blobs.S3;

/// <summary>
/// How long the service may be unwell. The delay doubles with every attempt, a fifth more or less by chance, so that many
/// workers do not come back at once; an answer's Retry-After counts where it is longer.
/// </summary>
internal sealed record S3Patience
{
    private const double Jitter = 0.2;

    /// <summary>Attempts after the first one. With the delays below they take about a minute.</summary>
    public int Retries { get; init; } = 6;

    /// <summary>Before the second attempt.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromSeconds(0.8);

    /// <summary>At most.</summary>
    public TimeSpan LongestDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Without a byte: an attempt that is silent for so long is given up, and another one made.</summary>
    public TimeSpan LongestSilence { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The same for copies and for joining parts, which the service may take minutes for before it answers.</summary>
    public TimeSpan LongestWork { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long to wait before another attempt.</summary>
    /// <param name="retry">1 for the second attempt.</param>
    /// <param name="chance">From 0 to 1, drawn anew each time.</param>
    /// <param name="retryAfter">What the answer asked for, if it did.</param>
    public TimeSpan Delay(int retry, double chance, TimeSpan? retryAfter)
    {
        var seconds = Math.Min(FirstDelay.TotalSeconds * Math.Pow(2, retry - 1), LongestDelay.TotalSeconds);
        var own = TimeSpan.FromSeconds(seconds * (1 + (Jitter * ((2 * chance) - 1))));
        return retryAfter > own ? retryAfter.Value : own;
    }
}
