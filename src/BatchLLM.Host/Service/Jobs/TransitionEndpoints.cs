using System.ComponentModel;
using BatchLLM.Access;
using BatchLLM.Host.Jobs;
using BatchLLM.Host.Service.Access;
using BatchLLM.Host.Service.Errors;
using BatchLLM.Jobs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

namespace BatchLLM.Host.Service.Jobs;

/// <summary><c>POST /api/jobs/{id}/cancel</c>, <c>/pause</c>, <c>/resume</c>, <c>/approve</c> and <c>/retry</c>.</summary>
internal static class TransitionEndpoints
{
    public static void Map(IEndpointRouteBuilder jobs)
    {
        // Cancelling publishes what is finished, which takes as long as its files do.
        Add(jobs.MapPost("/{id:long}/cancel", CancelAsync), "cancelJob")
            .WithSummary("Stops a job for good; what is finished is published with a receipt.")
            .DisableRequestTimeout();
        Add(jobs.MapPost("/{id:long}/pause", PauseAsync), "pauseJob")
            .WithSummary("Stops a job until it is resumed; what is finished stays.");
        Add(jobs.MapPost("/{id:long}/resume", ResumeAsync), "resumeJob")
            .WithSummary("Goes on with a paused job.")
            .ProducesProblem(StatusCodes.Status400BadRequest);
        Add(jobs.MapPost("/{id:long}/approve", ApproveAsync), "approveJob")
            .WithSummary("Goes on with a job that waits for that after its canary.");
        Add(jobs.MapPost("/{id:long}/retry", RetryAsync), "retryJob")
            .WithSummary("Computes the failed rows of a job that is over again; all others stay as they are.")
            .WithDescription(
                "The job runs again, and its output stands as it was until the new one is whole. Shards without such rows are not touched. " +
                "A batch's job is not retried.")
            .ProducesProblem(StatusCodes.Status400BadRequest);
    }

    private static RouteHandlerBuilder Add(RouteHandlerBuilder endpoint, string name) => endpoint
        .WithName(name)
        .For(AccessRole.Submit)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status409Conflict);

    private static async Task<Results<Ok<JobView>, ProblemHttpResult>> CancelAsync(
        HttpContext context, long id, JobLookup lookup, IJobStore store, JobViews views, IHostApplicationLifetime lifetime)
    {
        // Not the request's token: who hangs up has cancelled the job all the same, and its output waits to be published.
        var stopping = lifetime.ApplicationStopping;
        return await ChangeAsync(
            context, id, "cancelled", lookup, views,
            async job =>
            {
                var isCancelled = await store.CancelAsync(id, "cancelled by a request", stopping)
                    || job.State == JobState.Cancelled;
                if (isCancelled)
                {
                    await JobAssembly.PublisherOf(job, store).PublishAsync(id, stopping);
                }

                return isCancelled;
            },
            stopping);
    }

    private static Task<Results<Ok<JobView>, ProblemHttpResult>> PauseAsync(
        HttpContext context, long id, JobLookup lookup, IJobStore store, JobViews views, CancellationToken cancellationToken) =>
        ChangeAsync(
            context, id, "paused", lookup, views,
            _ => store.PauseAsync(id, "paused by a request", cancellationToken),
            cancellationToken);

    private static Task<Results<Ok<JobView>, ProblemHttpResult>> ResumeAsync(
        HttpContext context,
        long id,
        JobLookup lookup,
        IJobStore store,
        JobViews views,
        [FromQuery(Name = "error_budget")]
        [Description("A larger error budget for a job that spent its own: rows, or a share such as 5%.")]
        string? errorBudget = null,
        CancellationToken cancellationToken = default) =>
        ChangeAsync(
            context, id, "resumed", lookup, views,
            job => store.ResumeAsync(id, SpecWith(job, errorBudget), cancellationToken),
            cancellationToken);

    private static Task<Results<Ok<JobView>, ProblemHttpResult>> ApproveAsync(
        HttpContext context, long id, JobLookup lookup, IJobStore store, JobViews views, CancellationToken cancellationToken) =>
        ChangeAsync(
            context, id, "approved", lookup, views, _ => store.ApproveAsync(id, cancellationToken), cancellationToken);

    private static async Task<Results<Ok<JobView>, ProblemHttpResult>> RetryAsync(
        HttpContext context,
        long id,
        JobLookup lookup,
        IJobStore store,
        JobViews views,
        RetryRequest? request,
        CancellationToken cancellationToken)
    {
        if (await lookup.FindAsync(context, id, cancellationToken) is not { } job)
        {
            return Problems.NoJob(id);
        }

        if (request?.Error is "")
        {
            return Problems.BadRequest("error is empty; expected the code of an error, or no error for all failed rows.");
        }

        var refusal = await JobRetry.BeginAsync(store, job, request?.Error, cancellationToken);
        var now = await lookup.FindAsync(context, id, cancellationToken) ?? job;
        return refusal is null ? TypedResults.Ok(await views.OfAsync(now, cancellationToken)) : WrongState(now, refusal);
    }

    private static string? SpecWith(Job job, string? errorBudget) =>
        errorBudget is null ? null : JobSpecJson.Write(JobFileLoader.Restore(job.Definition.SpecJson, errorBudget));

    /// <summary>Makes a change, and answers with the job as it stands then: changed, or in a state that does not allow it.</summary>
    private static async Task<Results<Ok<JobView>, ProblemHttpResult>> ChangeAsync(
        HttpContext context,
        long id,
        string verb,
        JobLookup lookup,
        JobViews views,
        Func<Job, Task<bool>> change,
        CancellationToken cancellationToken)
    {
        if (await lookup.FindAsync(context, id, cancellationToken) is not { } job)
        {
            return Problems.NoJob(id);
        }

        var isChanged = await change(job);
        var now = await lookup.FindAsync(context, id, cancellationToken) ?? job;
        return isChanged
            ? TypedResults.Ok(await views.OfAsync(now, cancellationToken))
            : WrongState(now, JobStates.Refusal(now, verb));
    }

    private static ProblemHttpResult WrongState(Job job, string detail) => TypedResults.Problem(
        detail,
        statusCode: StatusCodes.Status409Conflict,
        title: "Not in this state",
        extensions: new Dictionary<string, object?> { ["state"] = JobStates.Name(job.State) });
}
