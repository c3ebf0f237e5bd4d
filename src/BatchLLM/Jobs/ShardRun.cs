namespace BatchLLM.Jobs;

/// <summary>
/// Leased shards that follow each other in a file and are read as one: a file is then opened once, and of a Parquet file whose
/// pages are larger than a shard, what stands before its rows is decompressed once.
/// </summary>
/// <param name="Leases">The shards, in the order of the file; at least one.</param>
internal sealed record ShardRun(IReadOnlyList<ShardLease> Leases)
{
    /// <summary>All their rows.</summary>
    public NewShard Shard => Leases[0].Shard with
    {
        Range = Leases[0].Shard.Range with { RowCount = Leases.Sum(lease => lease.Shard.Range.RowCount) },
        DuplicateRows = [.. Leases.SelectMany(lease => lease.Shard.DuplicateRows)],
    };

    /// <summary>Joins shards to no fewer runs than can be read at once.</summary>
    /// <param name="leases">In the order of the input.</param>
    /// <param name="atOnce">How many runs are read side by side.</param>
    public static List<ShardRun> Join(IReadOnlyList<ShardLease> leases, int atOnce)
    {
        var most = (leases.Count + atOnce - 1) / atOnce;
        var runs = new List<List<ShardLease>>();
        foreach (var lease in leases)
        {
            if (runs.Count > 0 && runs[^1].Count < most && Follows(runs[^1][^1].Shard, lease.Shard))
            {
                runs[^1].Add(lease);
            }
            else
            {
                runs.Add([lease]);
            }
        }

        return runs.ConvertAll(run => new ShardRun(run));
    }

    /// <summary>The shards, each with its own of the rows that were read.</summary>
    public IEnumerable<(ShardLease Lease, IReadOnlyList<WindowRow> Rows)> Split(IReadOnlyList<WindowRow> rows)
    {
        var first = 0;
        foreach (var lease in Leases)
        {
            var count = (int)lease.Shard.Range.RowCount;
            yield return (lease, [.. rows.Skip(first).Take(count)]);
            first += count;
        }
    }

    private static bool Follows(NewShard before, NewShard shard) =>
        before.FileIndex == shard.FileIndex && before.Range.FirstRow + before.Range.RowCount == shard.Range.FirstRow;
}
