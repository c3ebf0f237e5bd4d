using System.Globalization;
using BatchLLM.Host.Service.Jobs;
using BatchLLM.Jobs;
using Microsoft.AspNetCore.Http;

namespace BatchLLM.Host.Service.Output;

/// <summary>Passes on a job's committed shards, in the order of its input.</summary>
/// <param name="store">Durable state.</param>
/// <param name="watches">Says when there is more.</param>
internal sealed class ResultStream(IJobStore store, JobWatches watches)
{
    /// <summary>Header with the last shard that an answer holds: what <c>after_shard</c> takes to go on.</summary>
    public const string LastShardHeader = "BatchLLM-Last-Shard";

    /// <summary>Passes on what is there.</summary>
    /// <param name="job">The job.</param>
    /// <param name="lines">What of it.</param>
    /// <param name="next">The first shard that is wanted.</param>
    /// <param name="response">The answer.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task WriteAsync(
        Job job, IShardLines lines, int next, HttpResponse response, CancellationToken cancellationToken)
    {
        var shards = await store.ListCommittedAsync(job.Id, cancellationToken);
        var ready = ShardFiles.From(shards, next, job.State.IsFinal()).ToList();
        if (ready.Count > 0)
        {
            response.Headers[LastShardHeader] = ready[^1].ShardIndex.ToString(CultureInfo.InvariantCulture);
        }

        foreach (var shard in ready)
        {
            await lines.WriteAsync(shard, response.Body, cancellationToken);
        }
    }

    /// <summary>Passes on what is there, and what comes, until the job is over.</summary>
    /// <param name="job">The job.</param>
    /// <param name="lines">What of it.</param>
    /// <param name="next">The first shard that is wanted.</param>
    /// <param name="response">The answer; broken off if the service stops before the job does, lest it seem whole.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task FollowAsync(
        Job job, IShardLines lines, int next, HttpResponse response, CancellationToken cancellationToken)
    {
        await response.Body.FlushAsync(cancellationToken); // the headers: a client must not wait for the first shard to know that there is a job
        var (seen, isOver) = (0, false);
        await foreach (var (now, _, _) in watches.FollowAsync(job.Id, cancellationToken))
        {
            isOver = now.State.IsFinal();
            if (isOver || now.CommittedShards > seen)
            {
                next = await PassOnAsync(now, lines, next, response, cancellationToken);
                seen = now.CommittedShards;
            }
        }

        if (!isOver)
        {
            response.HttpContext.Abort();
        }
    }

    private async Task<int> PassOnAsync(
        Job job, IShardLines lines, int next, HttpResponse response, CancellationToken cancellationToken)
    {
        var shards = await store.ListCommittedAsync(job.Id, cancellationToken);
        foreach (var shard in ShardFiles.From(shards, next, job.State.IsFinal()))
        {
            await lines.WriteAsync(shard, response.Body, cancellationToken);
            await response.Body.FlushAsync(cancellationToken);
            next = shard.ShardIndex + 1;
        }

        return next;
    }
}
