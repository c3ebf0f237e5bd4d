using BatchLLM.Jobs;

namespace BatchLLM.Host.Service.Output;

/// <summary>Which bytes of a job's output each of its shards wrote. Pure.</summary>
internal static class ShardFiles
{
    /// <summary>The committed shards that can be passed on now, in order.</summary>
    /// <param name="shards">All that are committed, in order of their index.</param>
    /// <param name="next">The first that is wanted.</param>
    /// <param name="isOver">
    /// True if none will follow: then gaps, as a cancelled job has them, are passed over. Before that they end the list,
    /// because who has seen shard 7 asks for what is behind it, and would miss shard 6 for ever.
    /// </param>
    public static IEnumerable<CommittedShard> From(IReadOnlyList<CommittedShard> shards, int next, bool isOver)
    {
        foreach (var shard in shards.SkipWhile(shard => shard.ShardIndex < next))
        {
            if (shard.ShardIndex != next && !isOver)
            {
                yield break;
            }

            yield return shard;
            next = shard.ShardIndex + 1;
        }
    }

    /// <summary>A shard's rows.</summary>
    public static ShardFile Rows(CommittedShard shard, OutputLayout layout) =>
        new(shard.Output.PartUri, layout.Part(shard.ShardIndex), Offset: 0, shard.Output.Part);

    /// <summary>A shard's failed rows, which are published in one file for all; null if none failed.</summary>
    public static ShardFile? Errors(CommittedShard shard, OutputLayout layout) =>
        shard.Output is { ErrorsUri: { } uri, Errors: { } errors } ? new ShardFile(uri, layout.Errors, shard.ErrorsOffset, errors) : null;
}
