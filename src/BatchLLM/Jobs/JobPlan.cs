namespace BatchLLM.Jobs;

/// <summary>A job's inputs, resolved and cut into shards.</summary>
/// <param name="Inputs">The files, in the order of the job file and of their names.</param>
/// <param name="Shards">Every row of them exactly once, in input order.</param>
/// <param name="RowCount">Rows in all.</param>
public sealed record JobPlan(IReadOnlyList<InputFile> Inputs, IReadOnlyList<NewShard> Shards, long RowCount);
