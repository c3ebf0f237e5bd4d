using System.Runtime.CompilerServices;
using System.Threading.Channels;
using BatchLLM.Jobs;

namespace BatchLLM.Preflight;

/// <summary>The shards of a plan, read and tokenized several at a time and handed out in input order.</summary>
/// <param name="reader">Blob to rows to prompts to tokens, the same as when the job runs.</param>
/// <param name="threads">Shards in work at once. Each has one thread from its bytes to its tokens.</param>
internal sealed class ShardStream(WindowReader reader, int threads)
{
    /// <summary>Reads a plan. Holds at most one shard more than there are threads.</summary>
    public async IAsyncEnumerable<IReadOnlyList<WindowRow>> ReadAsync(
        JobPlan plan, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var shards = Channel.CreateBounded<Task<IReadOnlyList<WindowRow>>>(threads);
        var feeding = FeedAsync(plan, shards.Writer, stop.Token);
        try
        {
            await foreach (var shard in shards.Reader.ReadAllAsync(cancellationToken))
            {
                yield return await shard;
            }
        }
        finally
        {
            await stop.CancelAsync();
            await DrainAsync(feeding, shards.Reader);
        }
    }

    private async Task FeedAsync(
        JobPlan plan, ChannelWriter<Task<IReadOnlyList<WindowRow>>> shards, CancellationToken cancellationToken)
    {
        foreach (var shard in plan.Shards)
        {
            if (!await shards.WaitToWriteAsync(cancellationToken))
            {
                break;
            }

            var file = plan.Inputs[shard.FileIndex];
            await shards.WriteAsync(
                Task.Run(() => reader.ReadShardAsync(file, shard, share: 1, cancellationToken), cancellationToken),
                cancellationToken);
        }

        shards.Complete();
    }

    // Whoever leaves early leaves shards in work: none may touch a file after the enumeration is over.
    private static async Task DrainAsync(Task feeding, ChannelReader<Task<IReadOnlyList<WindowRow>>> shards)
    {
        await ((Task)feeding).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (shards.TryRead(out var shard))
        {
            await ((Task)shard).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
