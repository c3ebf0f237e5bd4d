using System.ComponentModel;
using BatchLLM.Host.Service.Errors;
using BatchLLM.Host.Service.Jobs;
using BatchLLM.Jobs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace BatchLLM.Host.Service.Output;

/// <summary><c>GET /api/jobs/{id}/results</c> and <c>/errors</c>.</summary>
internal static class ResultEndpoints
{
    private const string Lines = "application/x-ndjson";

    public static void Map(IEndpointRouteBuilder jobs)
    {
        Describe(jobs.MapGet("/{id:long}/results", ResultsAsync), "getResults", "The rows that have ended, in input order");
        Describe(jobs.MapGet("/{id:long}/errors", ErrorsAsync), "getErrors", "The rows that failed, in input order");
    }

    private static void Describe(RouteHandlerBuilder endpoint, string name, string what) => endpoint
        .WithName(name)
        .WithSummary($"{what}, a JSON object a line, while the job runs and afterwards.")
        .WithDescription(
            $"An answer ends with a whole shard, whose number the header {ResultStream.LastShardHeader} says unless wait is true. " +
            "One that breaks off is not to be trusted beyond the shards before.")
        .Produces<string>(StatusCodes.Status200OK, Lines)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status410Gone)
        .DisableRequestTimeout();

    private static Task<IResult> ResultsAsync(
        HttpContext context,
        long id,
        JobLookup lookup,
        ResultStream stream,
        [FromQuery(Name = "after_shard"), Description("The last shard of the answer before: only what follows it.")]
        int afterShard = -1,
        [Description("Goes on with what comes, until the job is over.")] bool wait = false,
        CancellationToken cancellationToken = default) =>
        WriteAsync(context, id, lookup, stream, ShardLines.RowsOf, new ShardRange(afterShard, wait), cancellationToken);

    private static Task<IResult> ErrorsAsync(
        HttpContext context,
        long id,
        JobLookup lookup,
        ResultStream stream,
        [FromQuery(Name = "after_shard"), Description("The last shard of the answer before: only what follows it.")]
        int afterShard = -1,
        [Description("Goes on with what comes, until the job is over.")] bool wait = false,
        CancellationToken cancellationToken = default) =>
        WriteAsync(context, id, lookup, stream, ShardLines.ErrorsOf, new ShardRange(afterShard, wait), cancellationToken);

    private static async Task<IResult> WriteAsync(
        HttpContext context,
        long id,
        JobLookup lookup,
        ResultStream stream,
        Func<Job, IShardLines> linesOf,
        ShardRange range,
        CancellationToken cancellationToken)
    {
        if (await lookup.FindAsync(context, id, cancellationToken) is not { } job)
        {
            return Problems.NoJob(id);
        }

        if (job.Removal is { } removal)
        {
            return Problems.ResultsRemoved(id, removal);
        }

        context.Response.ContentType = Lines;
        await (range.Wait
            ? stream.FollowAsync(job, linesOf(job), range.Next, context.Response, cancellationToken)
            : stream.WriteAsync(job, linesOf(job), range.Next, context.Response, cancellationToken));
        return TypedResults.Empty;
    }

    /// <summary>Which shards are asked for.</summary>
    /// <param name="AfterShard">The last that the client has; -1 for none.</param>
    /// <param name="Wait">True to go on with those that come.</param>
    private readonly record struct ShardRange(int AfterShard, bool Wait)
    {
        /// <summary>The first shard that is wanted.</summary>
        public int Next => Math.Clamp(AfterShard, -1, int.MaxValue - 1) + 1;
    }
}
