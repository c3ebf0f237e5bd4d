using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using BatchLLM.Host.Service.Errors;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BatchLLM.Host.Service.Jobs;

/// <summary><c>GET /api/jobs/{id}/events</c>.</summary>
internal static class EventsEndpoint
{
    private const string Progress = "progress";

    /// <summary>Id of the last event. A browser that comes back with it is told to stay away (HTML, 9.2.3: status 204).</summary>
    private const string Last = "end";

    public static void Map(IEndpointRouteBuilder jobs) => jobs.MapGet("/{id:long}/events", FollowAsync)
        .WithName("followJob")
        .WithSummary("The job as it is now and whenever it changes, as server-sent events 'progress', until it is over.")
        .Produces<JobView>(StatusCodes.Status200OK, "text/event-stream")
        .Produces(StatusCodes.Status204NoContent)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .DisableRequestTimeout();

    private static async Task<IResult> FollowAsync(
        HttpContext context, long id, JobLookup lookup, JobWatches watches, CancellationToken cancellationToken)
    {
        if (await lookup.FindAsync(context, id, cancellationToken) is null)
        {
            return Problems.NoJob(id);
        }

        return context.Request.Headers["Last-Event-ID"] == Last
            ? TypedResults.NoContent()
            : TypedResults.ServerSentEvents(EventsAsync(watches, id, cancellationToken));
    }

    private static async IAsyncEnumerable<SseItem<JobView>> EventsAsync(
        JobWatches watches, long id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var reading in watches.FollowAsync(id, cancellationToken))
        {
            yield return reading.Job.State.IsFinal()
                ? new SseItem<JobView>(reading.View, Progress) { EventId = Last }
                : new SseItem<JobView>(reading.View, Progress);
        }
    }
}
