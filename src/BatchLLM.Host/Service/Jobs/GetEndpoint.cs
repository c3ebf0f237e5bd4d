using BatchLLM.Host.Service.Errors;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace BatchLLM.Host.Service.Jobs;

/// <summary><c>GET /api/jobs/{id}</c>.</summary>
internal static class GetEndpoint
{
    public static void Map(IEndpointRouteBuilder jobs) => jobs.MapGet("/{id:long}", GetAsync)
        .WithName("getJob")
        .WithSummary("One job: its state, counts, progress and where its output is.")
        .ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<Results<Ok<JobView>, ProblemHttpResult>> GetAsync(
        HttpContext context, long id, JobLookup lookup, JobViews views, CancellationToken cancellationToken) =>
        await lookup.FindAsync(context, id, cancellationToken) is { } job
            ? TypedResults.Ok(await views.OfAsync(job, cancellationToken))
            : Problems.NoJob(id);
}
