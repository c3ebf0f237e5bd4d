using BatchLLM.Rows;

namespace BatchLLM.Batches;

/// <summary>A file about to be kept, whose bytes stand already.</summary>
/// <param name="Id">The name that clients know it by; nobody can guess it.</param>
/// <param name="Tenant">Whose it is.</param>
/// <param name="Purpose">What it is for.</param>
/// <param name="Name">What its owner calls it; no path.</param>
/// <param name="Uri">Where its bytes are.</param>
/// <param name="Content">What they are.</param>
public sealed record NewFile(string Id, string Tenant, FilePurpose Purpose, string Name, string Uri, BlobDigest Content)
{
    /// <summary>After which it goes by itself; null for never.</summary>
    public TimeSpan? Lifetime { get; init; }
}
