using BatchLLM.Host.Jobs;
using BatchLLM.Host.Service.Errors;
using BatchLLM.Host.Service.Jobs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace BatchLLM.Host.Service.Output;

/// <summary><c>GET /api/jobs/{id}/canary</c>.</summary>
internal static class CanaryEndpoint
{
    private const string Lines = "application/x-ndjson";

    public static void Map(IEndpointRouteBuilder jobs) => jobs.MapGet("/{id:long}/canary", GetAsync)
        .WithName("getCanary")
        .WithSummary("The rows of a job's canary, a JSON object a line, until the job is over; what they came to is in the job.")
        .Produces<string>(StatusCodes.Status200OK, Lines)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status410Gone);

    private static async Task<Results<FileStreamHttpResult, ProblemHttpResult>> GetAsync(
        HttpContext context, long id, JobLookup lookup, CancellationToken cancellationToken)
    {
        if (await lookup.FindAsync(context, id, cancellationToken) is not { } job)
        {
            return Problems.NoJob(id);
        }

        if (job.Canary is null || job.State.IsFinal())
        {
            return Problems.Of(
                StatusCodes.Status404NotFound,
                "No canary",
                job.Canary is null ? $"Job {id} has no canary, or it has not run yet." : $"Job {id} is over; its canary's rows are among its results.");
        }

        var layout = JobAssembly.LayoutOf(job, JobFileLoader.Restore(job.Definition.SpecJson, errorBudget: null));
        return TypedResults.Stream(await JobAssembly.Blobs.OpenReadAsync(layout.Canary, cancellationToken), Lines);
    }
}
