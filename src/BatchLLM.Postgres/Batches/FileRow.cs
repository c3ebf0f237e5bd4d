using BatchLLM.Batches;
using BatchLLM.Rows;

namespace BatchLLM.Postgres.Batches;

/// <summary>A row of <c>batchllm.files</c>, as the statements select it.</summary>
internal sealed class FileRow
{
    public required string Id { get; init; }

    public required string Tenant { get; init; }

    public required string Purpose { get; init; }

    public required string Name { get; init; }

    public required string Uri { get; init; }

    public required long Bytes { get; init; }

    public required string Sha256 { get; init; }

    public required DateTime CreatedAt { get; init; }

    public DateTime? ExpiresAt { get; init; }

    internal static string NameOf(FilePurpose purpose) => purpose == FilePurpose.Batch ? "batch" : "batch_output";

    internal static object Parameters(NewFile file) => new
    {
        file.Id,
        file.Tenant,
        Purpose = NameOf(file.Purpose),
        file.Name,
        file.Uri,
        Bytes = file.Content.Length,
        file.Content.Sha256,
        Seconds = file.Lifetime?.TotalSeconds,
    };

    internal StoredFile ToFile() => new()
    {
        Id = Id,
        Tenant = Tenant,
        Purpose = Purpose == "batch" ? FilePurpose.Batch : FilePurpose.BatchOutput,
        Name = Name,
        Uri = Uri,
        Content = new BlobDigest(Bytes, Sha256),
        CreatedAt = CreatedAt,
        ExpiresAt = ExpiresAt,
    };
}
