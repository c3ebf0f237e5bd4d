using System.Globalization;
using BatchLLM.Access;
using BatchLLM.Host.Jobs;
using BatchLLM.Host.Service.Access;
using BatchLLM.Host.Service.Jobs;
using BatchLLM.Jobs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

namespace BatchLLM.Host.Service.Pages;

/// <summary>The buttons of a job's page. They lead back to it.</summary>
internal static class ChangeEndpoints
{
    public static void Map(IEndpointRouteBuilder forms)
    {
        forms.MapPost("/jobs/{id:long}/pause", PauseAsync).For(AccessRole.Submit);
        forms.MapPost("/jobs/{id:long}/resume", ResumeAsync).For(AccessRole.Submit);
        forms.MapPost("/jobs/{id:long}/approve", ApproveAsync).For(AccessRole.Submit);
        forms.MapPost("/jobs/{id:long}/retry", RetryAsync).For(AccessRole.Submit);
        // Cancelling publishes what is finished, which takes as long as its files do.
        forms.MapPost("/jobs/{id:long}/cancel", CancelAsync).For(AccessRole.Submit).DisableRequestTimeout();
    }

    private static Task<IResult> PauseAsync(
        HttpContext context, long id, JobLookup lookup, IJobStore store, JobDetailReader reader, CancellationToken cancellationToken) =>
        ChangeAsync(
            context, id, "paused", lookup, reader, _ => store.PauseAsync(id, ByWhom("paused", context), cancellationToken), cancellationToken);

    private static Task<IResult> ResumeAsync(
        HttpContext context, long id, JobLookup lookup, IJobStore store, JobDetailReader reader, CancellationToken cancellationToken) =>
        ChangeAsync(
            context, id, "resumed", lookup, reader, _ => store.ResumeAsync(id, specJson: null, cancellationToken), cancellationToken);

    private static Task<IResult> ApproveAsync(
        HttpContext context, long id, JobLookup lookup, IJobStore store, JobDetailReader reader, CancellationToken cancellationToken) =>
        ChangeAsync(
            context, id, "approved", lookup, reader, _ => store.ApproveAsync(id, cancellationToken), cancellationToken);

    private static async Task<IResult> RetryAsync(
        HttpContext context, long id, string? error, JobLookup lookup, IJobStore store, JobDetailReader reader, CancellationToken cancellationToken)
    {
        if (await lookup.FindAsync(context, id, cancellationToken) is not { } job)
        {
            return await JobDetailPages.NoJobAsync(context, id);
        }

        var query = new JobDetailQuery(id, After: null, OnlyFailed: false);
        return await JobRetry.BeginAsync(store, job, error, cancellationToken) is { } refusal
            ? await JobDetailPages.PageAsync(context, query, reader, refusal, cancellationToken)
            : new SeeOther(query.ToString());
    }

    private static Task<IResult> CancelAsync(
        HttpContext context, long id, JobLookup lookup, IJobStore store, JobDetailReader reader, IHostApplicationLifetime lifetime)
    {
        // Not the request's token: who closes the page has cancelled the job all the same, and its output waits to be published.
        var stopping = lifetime.ApplicationStopping;
        return ChangeAsync(
            context, id, "cancelled", lookup, reader,
            async job =>
            {
                var isCancelled = await store.CancelAsync(id, ByWhom("cancelled", context), stopping);
                if (isCancelled)
                {
                    await JobAssembly.PublisherOf(job, store).PublishAsync(id, stopping);
                }

                return isCancelled;
            },
            stopping);
    }

    private static async Task<IResult> ChangeAsync(
        HttpContext context,
        long id,
        string verb,
        JobLookup lookup,
        JobDetailReader reader,
        Func<Job, Task<bool>> change,
        CancellationToken cancellationToken)
    {
        if (await lookup.FindAsync(context, id, cancellationToken) is not { } job)
        {
            return await JobDetailPages.NoJobAsync(context, id);
        }

        var query = new JobDetailQuery(id, After: null, OnlyFailed: false);
        return await change(job)
            ? new SeeOther(query.ToString())
            : await JobDetailPages.PageAsync(
                context, query, reader, await WrongStateAsync(context, id, verb, lookup, cancellationToken), cancellationToken);
    }

    private static async Task<string> WrongStateAsync(
        HttpContext context, long id, string verb, JobLookup lookup, CancellationToken cancellationToken) =>
        await lookup.FindAsync(context, id, cancellationToken) is { } job
            ? JobStates.Refusal(job, verb)
            : string.Create(CultureInfo.InvariantCulture, $"Job {id} is gone.");

    private static string ByWhom(string verb, HttpContext context) =>
        context.Features.Get<Signed>()?.Key.Name is { Length: > 0 } name ? $"{verb} by {name} on the dashboard" : $"{verb} on the dashboard";
}
