using BatchLLM.Rows;

namespace BatchLLM.Batches;

/// <summary>A file as the store holds it.</summary>
public sealed record StoredFile
{
    /// <summary>The name that clients know it by.</summary>
    public required string Id { get; init; }

    /// <summary>Whose it is.</summary>
    public required string Tenant { get; init; }

    /// <summary>What it is for.</summary>
    public required FilePurpose Purpose { get; init; }

    /// <summary>What its owner calls it.</summary>
    public required string Name { get; init; }

    /// <summary>Where its bytes are.</summary>
    public required string Uri { get; init; }

    /// <summary>What they are.</summary>
    public required BlobDigest Content { get; init; }

    /// <summary>When it was kept, by the store's clock, as are all times here.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it goes by itself; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}
