using BatchLLM.Batches;

namespace BatchLLM.Host.Service.OpenAi.Batches;

/// <summary>A batch (OpenAI API reference, "The batch object"). All times are Unix seconds, null before they come.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Object">batch.</param>
/// <param name="Endpoint">The url of its requests.</param>
/// <param name="Model">The model that they name; null before they were looked at.</param>
/// <param name="Errors">What is wrong with its input; null unless it failed.</param>
/// <param name="InputFileId">The file with its requests.</param>
/// <param name="CompletionWindow">After which it expires.</param>
/// <param name="Status">validating, failed, in_progress, finalizing, completed, expired, cancelling or cancelled.</param>
/// <param name="OutputFileId">The file of its answers; null if there is none, or not yet.</param>
/// <param name="ErrorFileId">The file of the requests without an answer; null if there is none, or not yet.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="InProgressAt">When its input had passed.</param>
/// <param name="ExpiresAt">When its window ends.</param>
/// <param name="FinalizingAt">When everything was run, or its window had ended.</param>
/// <param name="CompletedAt">When it was over, if completed.</param>
/// <param name="FailedAt">When it was over, if failed.</param>
/// <param name="ExpiredAt">When it was over, if expired.</param>
/// <param name="CancellingAt">When somebody asked for it to stop.</param>
/// <param name="CancelledAt">When it was over, if cancelled.</param>
/// <param name="RequestCounts">Its requests by how they ended.</param>
/// <param name="Usage">Its tokens so far; null before its job.</param>
/// <param name="Metadata">The client's notes.</param>
internal sealed record BatchView(
    string Id,
    string Object,
    string Endpoint,
    string? Model,
    BatchErrors? Errors,
    string InputFileId,
    string CompletionWindow,
    string Status,
    string? OutputFileId,
    string? ErrorFileId,
    long CreatedAt,
    long? InProgressAt,
    long ExpiresAt,
    long? FinalizingAt,
    long? CompletedAt,
    long? FailedAt,
    long? ExpiredAt,
    long? CancellingAt,
    long? CancelledAt,
    BatchRequestCounts RequestCounts,
    BatchUsage? Usage,
    IReadOnlyDictionary<string, string>? Metadata)
{
    /// <summary>Shows a batch.</summary>
    public static BatchView Of(Batch batch) => new(
        batch.Id,
        "batch",
        batch.Endpoint,
        batch.Model,
        BatchErrors.Of(batch.Faults),
        batch.InputFileId,
        batch.CompletionWindow,
        BatchStatuses.Name(batch.Status),
        batch.OutputFileId,
        batch.ErrorFileId,
        batch.CreatedAt.ToUnixTimeSeconds(),
        Seconds(batch.InProgressAt),
        batch.ExpiresAt.ToUnixTimeSeconds(),
        batch.CancellingAt is null ? Seconds(batch.FinalizingAt) : null,
        EndOf(batch, BatchStatus.Completed),
        EndOf(batch, BatchStatus.Failed),
        EndOf(batch, BatchStatus.Expired),
        Seconds(batch.CancellingAt),
        EndOf(batch, BatchStatus.Cancelled),
        BatchRequestCounts.Of(batch),
        BatchUsage.Of(batch),
        BatchMetadata.Read(batch.MetadataJson));

    private static long? EndOf(Batch batch, BatchStatus end) => batch.End == end ? Seconds(batch.EndedAt) : null;

    private static long? Seconds(DateTimeOffset? time) => time?.ToUnixTimeSeconds();
}
