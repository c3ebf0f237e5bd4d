namespace BatchLLM.Jobs;

/// <summary>
/// Rows per shard of a job that leaves it open. Small shards are shared out more evenly and lose less; but each costs a file and
/// a transaction, of which a large job has enough either way.
/// </summary>
public static class ShardSize
{
    /// <summary>Most rows of a shard in jobs below <see cref="LargeJob"/>.</summary>
    public const int OfSmallJobs = 1024;

    /// <summary>Most rows of a shard in larger jobs: a whole window.</summary>
    public const int OfLargeJobs = 4096;

    /// <summary>Rows from which on a job is large: it still has 256 shards then.</summary>
    public const long LargeJob = 256 * OfLargeJobs;

    /// <summary>Most rows of a shard.</summary>
    /// <param name="jobRows">Rows of the job.</param>
    public static int Of(long jobRows) => jobRows < LargeJob ? OfSmallJobs : OfLargeJobs;

    /// <summary>Joins shards that follow each other in a file, as long as they have no more than so many rows together.</summary>
    /// <param name="shards">In the order of the input.</param>
    /// <param name="most">Most rows of a joined shard. One that has more already stays as it is.</param>
    public static List<NewShard> Join(IReadOnlyList<NewShard> shards, int most)
    {
        var joined = new List<NewShard>();
        foreach (var shard in shards)
        {
            if (joined.Count > 0 && joined[^1] is var last && last.FileIndex == shard.FileIndex
                && last.Range.RowCount + shard.Range.RowCount <= most)
            {
                joined[^1] = last with { Range = last.Range with { RowCount = last.Range.RowCount + shard.Range.RowCount } };
            }
            else
            {
                joined.Add(shard);
            }
        }

        return joined;
    }
}
