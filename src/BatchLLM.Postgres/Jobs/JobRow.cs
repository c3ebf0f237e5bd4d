using System.Text.Json;
using System.Text.Json.Serialization;
using BatchLLM.Canaries;
using BatchLLM.Jobs;
using BatchLLM.Retention;

namespace BatchLLM.Postgres.Jobs;

/// <summary>A row of <c>batchllm.jobs</c>, as the statements select it.</summary>
internal sealed class JobRow
{
    internal static readonly JsonSerializerOptions Json = new() { Converters = { new JsonStringEnumConverter() } };

    public required long Id { get; init; }

    public required long RowCount { get; init; }

    public required long Ok { get; init; }

    public required long Truncated { get; init; }

    public required long Failed { get; init; }

    public required long PromptTokens { get; init; }

    public required long CompletionTokens { get; init; }

    public required long SharedPromptTokens { get; init; }

    public required long CopiedRows { get; init; }

    public required long ReusedRows { get; init; }

    public required DateTime CreatedAt { get; init; }

    public DateTime? FinishedAt { get; init; }

    public required int ShardCount { get; init; }

    public required int CommittedShards { get; init; }

    public required string State { get; init; }

    public required string Name { get; init; }

    public string? Key { get; init; }

    public required string Spec { get; init; }

    public required string Model { get; init; }

    public required string OutputUri { get; init; }

    public string? Reason { get; init; }

    public string? ReceiptSha256 { get; init; }

    public required string Inputs { get; init; }

    public required string Tenant { get; init; }

    public required int Priority { get; init; }

    public DateTime? Deadline { get; init; }

    public DateTime? PlannedAt { get; init; }

    public string? Planner { get; init; }

    public string? Trouble { get; init; }

    public required int PlanTroubles { get; init; }

    public required int PlanDeaths { get; init; }

    public DateTime? NotBefore { get; init; }

    public required int Retries { get; init; }

    public string? RetryError { get; init; }

    public required int SkippedShards { get; init; }

    public int? CanaryRows { get; init; }

    public string? Canary { get; init; }

    public DateTime? ApprovedAt { get; init; }

    public DateTime? ResultsRemovingAt { get; init; }

    public DateTime? ResultsRemovedAt { get; init; }

    public string? ResultsNote { get; init; }

    internal static string WriteInputs(IReadOnlyList<InputFile> inputs) => JsonSerializer.Serialize(inputs, Json);

    internal Job ToJob() => new()
    {
        Id = Id,
        Definition = new NewJob(
            Name, Key, Spec, Model, OutputUri, JsonSerializer.Deserialize<InputFile[]>(Inputs, Json)!, RowCount),
        Tenant = Tenant,
        Priority = Priority,
        Deadline = Deadline,
        State = Enum.Parse<JobState>(State, ignoreCase: true),
        Wait = State == "queued" ? new QueueWait(Planner, Trouble, PlanTroubles, NotBefore) { Deaths = PlanDeaths } : null,
        Reason = Reason,
        Counts = new RowCounts(Ok, Truncated, Failed, PromptTokens, CompletionTokens)
        {
            SharedPromptTokens = SharedPromptTokens,
            CopiedRows = CopiedRows,
            ReusedRows = ReusedRows,
        },
        ShardCount = ShardCount,
        CommittedShards = CommittedShards,
        CreatedAt = CreatedAt,
        PlannedAt = PlannedAt,
        FinishedAt = FinishedAt,
        ReceiptSha256 = ReceiptSha256,
        Removal = ResultsRemovingAt is { } began ? new ResultRemoval(began, ResultsRemovedAt, ResultsNote) : null,
        Retries = Retries,
        RetryError = RetryError,
        SkippedShards = SkippedShards,
        CanaryRows = CanaryRows,
        Canary = Canary is null ? null : JsonSerializer.Deserialize<CanaryReport>(Canary, Json),
        ApprovedAt = ApprovedAt,
    };
}
