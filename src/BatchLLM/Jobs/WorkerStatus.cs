namespace BatchLLM.Jobs;

/// <summary>A worker as others see it.</summary>
/// <param name="Beat">What it said last.</param>
/// <param name="StartedAt">When it was first heard of.</param>
/// <param name="Silence">How long ago it was last heard of; a worker that lives is heard of every few seconds.</param>
/// <param name="Shards">Shards that it holds.</param>
/// <param name="Rows">Rows of these.</param>
public sealed record WorkerStatus(WorkerBeat Beat, DateTimeOffset StartedAt, TimeSpan Silence, int Shards, long Rows);
