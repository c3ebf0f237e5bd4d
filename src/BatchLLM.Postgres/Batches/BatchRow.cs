using System.Text.Json;
using BatchLLM.Batches;
using BatchLLM.Jobs;

namespace BatchLLM.Postgres.Batches;

/// <summary>A row of <c>batchllm.batch_jobs</c>, as the statements select it.</summary>
internal sealed class BatchRow
{
    public required string Id { get; init; }

    public required string Tenant { get; init; }

    public required string InputFileId { get; init; }

    public required string Endpoint { get; init; }

    public required string CompletionWindow { get; init; }

    public string? Metadata { get; init; }

    public double? OutputSeconds { get; init; }

    public string? RequestSha256 { get; init; }

    public required DateTime CreatedAt { get; init; }

    public required DateTime ExpiresAt { get; init; }

    public DateTime? InProgressAt { get; init; }

    public DateTime? CancellingAt { get; init; }

    public string? Ending { get; init; }

    public DateTime? EndedAt { get; init; }

    public string? Faults { get; init; }

    public string? Model { get; init; }

    public long? RequestCount { get; init; }

    public string? OutputFileId { get; init; }

    public string? ErrorFileId { get; init; }

    public long? JobId { get; init; }

    public string? JobState { get; init; }

    public string? JobReason { get; init; }

    public DateTime? JobFinishedAt { get; init; }

    public long? Ok { get; init; }

    public long? Truncated { get; init; }

    public long? Failed { get; init; }

    public long? PromptTokens { get; init; }

    public long? SharedPromptTokens { get; init; }

    public long? CompletionTokens { get; init; }

    public required DateTime ReadAt { get; init; }

    internal static string WriteFaults(IReadOnlyList<BatchFault> faults) => JsonSerializer.Serialize(faults);

    internal static object Parameters(NewBatch batch) => new
    {
        batch.Id,
        batch.Tenant,
        batch.InputFileId,
        batch.Endpoint,
        batch.CompletionWindow,
        Seconds = batch.Window.TotalSeconds,
        Metadata = batch.MetadataJson,
        OutputSeconds = batch.OutputLifetime?.TotalSeconds,
        IdempotencyKey = batch.Idempotency?.Value,
        batch.Idempotency?.RequestSha256,
    };

    internal Batch ToBatch() => new()
    {
        Id = Id,
        Tenant = Tenant,
        InputFileId = InputFileId,
        Endpoint = Endpoint,
        CompletionWindow = CompletionWindow,
        MetadataJson = Metadata,
        OutputLifetime = OutputSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        RequestSha256 = RequestSha256,
        CreatedAt = CreatedAt,
        ExpiresAt = ExpiresAt,
        InProgressAt = InProgressAt,
        CancellingAt = CancellingAt,
        End = Ending is null ? null : Enum.Parse<BatchStatus>(Ending, ignoreCase: true),
        EndedAt = EndedAt,
        Faults = Faults is null ? [] : JsonSerializer.Deserialize<BatchFault[]>(Faults)!,
        Model = Model,
        RequestCount = RequestCount,
        Job = JobId is { } id ? ToJob(id) : null,
        OutputFileId = OutputFileId,
        ErrorFileId = ErrorFileId,
        ReadAt = ReadAt,
    };

    private BatchJob ToJob(long id) => new(
        id,
        Enum.Parse<JobState>(JobState!, ignoreCase: true),
        JobReason,
        new RowCounts(Ok!.Value, Truncated!.Value, Failed!.Value, PromptTokens!.Value, CompletionTokens!.Value)
        {
            SharedPromptTokens = SharedPromptTokens!.Value,
        },
        JobFinishedAt);
}
