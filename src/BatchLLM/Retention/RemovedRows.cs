namespace BatchLLM.Retention;

/// <summary>Rows of the database that were removed, or would be.</summary>
/// <param name="Jobs">Jobs.</param>
/// <param name="Shards">Their shards.</param>
/// <param name="Batches">Batches, with their jobs or without one.</param>
/// <param name="Firings">Past firings of schedules.</param>
/// <param name="Preflights">Reports of preflights.</param>
/// <param name="Files">Files whose bytes went before.</param>
public sealed record RemovedRows(long Jobs = 0, long Shards = 0, long Batches = 0, long Firings = 0, long Preflights = 0, long Files = 0)
{
    /// <summary>True if there are none.</summary>
    public bool IsNothing => this == new RemovedRows();

    /// <summary>The sums.</summary>
    public static RemovedRows operator +(RemovedRows left, RemovedRows right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return new RemovedRows(
            left.Jobs + right.Jobs,
            left.Shards + right.Shards,
            left.Batches + right.Batches,
            left.Firings + right.Firings,
            left.Preflights + right.Preflights,
            left.Files + right.Files);
    }
}
