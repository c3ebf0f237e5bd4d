using BatchLLM.Jobs;

namespace BatchLLM.Postgres.Workers;

/// <summary>A row of <c>batchllm.workers</c>, with what the worker holds.</summary>
internal sealed class WorkerRow
{
    public required string Name { get; init; }

    public required string Host { get; init; }

    public required string Version { get; init; }

    public required string State { get; init; }

    public long? JobId { get; init; }

    public required string[] Models { get; init; }

    public required DateTime StartedAt { get; init; }

    public required double SilenceSeconds { get; init; }

    public required int Shards { get; init; }

    public required long Rows { get; init; }

    internal WorkerStatus ToStatus() => new(
        new WorkerBeat(Name, Host, Version, Enum.Parse<WorkerState>(State, ignoreCase: true), JobId, Models),
        StartedAt,
        TimeSpan.FromSeconds(SilenceSeconds),
        Shards,
        Rows);
}
