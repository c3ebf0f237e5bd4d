using System.ComponentModel;
using System.Globalization;
using BatchLLM.Host.Service.Access;
using BatchLLM.Host.Service.Errors;
using BatchLLM.Jobs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace BatchLLM.Host.Service.Jobs;

/// <summary><c>GET /api/jobs</c>.</summary>
internal static class ListEndpoint
{
    private const int MostJobs = 200;

    public static void Map(IEndpointRouteBuilder jobs) => jobs.MapGet("", ListAsync)
        .WithName("listJobs")
        .WithSummary("The jobs, newest first, a page at a time.")
        .ProducesProblem(StatusCodes.Status400BadRequest);

    private static async Task<Results<Ok<JobPage>, ProblemHttpResult>> ListAsync(
        HttpContext context,
        IJobQueue queue,
        JobViews views,
        [Description("Only jobs in this state; may be given more than once.")] string[]? state = null,
        [Description("Only jobs of exactly this name.")] string? name = null,
        [Description("Jobs on a page: 1 to 200.")] int limit = 50,
        [Description("Only jobs with a smaller number: the next of the page before.")] long? before = null,
        CancellationToken cancellationToken = default)
    {
        if (limit is < 1 or > MostJobs)
        {
            return Problems.BadRequest(string.Create(
                CultureInfo.InvariantCulture, $"limit is {limit}; expected 1 to {MostJobs}."));
        }

        if (name?.Contains('\0') == true) // no text of the database may hold one
        {
            return Problems.BadRequest("name holds a NUL character, which no job's name does.");
        }

        if ((state ?? []).FirstOrDefault(item => JobStates.Find(item) is null) is not null)
        {
            return Problems.BadRequest($"state is none that jobs have; expected one of {string.Join(", ", JobStates.Names)}.");
        }

        var filter = new JobFilter
        {
            Tenant = Callers.Of(context).Sees,
            States = [.. (state ?? []).Select(JobStates.Find).OfType<JobState>()],
            Name = name,
            Before = before,
        };
        // One more than asked for says whether another page follows.
        var found = await queue.ListAsync(filter, limit + 1, cancellationToken);
        var page = await views.OfAsync([.. found.Take(limit)], cancellationToken);
        return TypedResults.Ok(new JobPage(page, found.Count > limit ? page[^1].Id : null));
    }
}
