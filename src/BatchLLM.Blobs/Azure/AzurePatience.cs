using Azure.Core;
using Azure.Storage.Blobs;

namespace BatchLLM.Blobs.Azure;

/// <summary>
/// How long the service may be unwell. The delay doubles with every attempt, a fifth more or less by chance, so that many
/// workers do not come back at once; an answer's Retry-After counts where it is longer.
/// </summary>
internal sealed record AzurePatience
{
    /// <summary>Attempts after the first one. With the delays below they take about a minute.</summary>
    public int Retries { get; init; } = 6;

    /// <summary>Before the second attempt.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromSeconds(0.8);

    /// <summary>At most.</summary>
    public TimeSpan LongestDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Without a byte: a connection that is silent for so long is given up, and another one made.</summary>
    public TimeSpan LongestSilence { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The same for the client library.</summary>
    public BlobClientOptions ToOptions() => new()
    {
        Retry =
        {
            Mode = RetryMode.Exponential,
            MaxRetries = Retries,
            Delay = FirstDelay,
            MaxDelay = LongestDelay,
            NetworkTimeout = LongestSilence,
        },
    };
}
