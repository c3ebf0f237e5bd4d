using BatchLLM.Rows;

namespace BatchLLM.Jobs;

/// <summary>A shard about to be created.</summary>
/// <param name="FileIndex">Which of the job's inputs, 0-based.</param>
/// <param name="Range">Which rows.</param>
/// <param name="DuplicateRows">
/// Row numbers in the range whose id an earlier row of the job has; found while splitting, usually none.
/// </param>
public sealed record NewShard(int FileIndex, RowRange Range, IReadOnlyList<long> DuplicateRows);
