using BatchLLM.Jobs;

namespace BatchLLM.Batches;

/// <summary>A batch about to be made.</summary>
/// <param name="Id">The name that clients know it by; nobody can guess it.</param>
/// <param name="Tenant">Whose it is.</param>
/// <param name="InputFileId">The file with its requests.</param>
/// <param name="Endpoint">The url of its requests.</param>
/// <param name="CompletionWindow">After which it expires, as the client wrote it.</param>
/// <param name="Window">The same.</param>
public sealed record NewBatch(
    string Id, string Tenant, string InputFileId, string Endpoint, string CompletionWindow, TimeSpan Window)
{
    /// <summary>The client's notes, a JSON object of texts; null for none.</summary>
    public string? MetadataJson { get; init; }

    /// <summary>After which its files go by themselves; null for never.</summary>
    public TimeSpan? OutputLifetime { get; init; }

    /// <summary>Makes it harmless to ask for it again; null for a batch of its own every time.</summary>
    public IdempotencyKey? Idempotency { get; init; }
}
