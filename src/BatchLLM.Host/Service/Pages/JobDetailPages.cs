using System.Globalization;
using BatchLLM.Access;
using BatchLLM.Dashboard.Pages;
using BatchLLM.Host.Service.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BatchLLM.Host.Service.Pages;

/// <summary><c>GET /jobs/{id}</c>: one job, and its changes.</summary>
internal static class JobDetailPages
{
    public static void Map(IEndpointRouteBuilder pages)
    {
        pages.MapGet("/jobs/{id:long}", ShowAsync);
        pages.MapGet("/live/jobs/{id:long}", FollowAsync).DisableRequestTimeout();
    }

    /// <summary>A job's page.</summary>
    /// <param name="context">The request.</param>
    /// <param name="query">What is asked for.</param>
    /// <param name="reader">Reads it.</param>
    /// <param name="problem">Why a button did nothing; null if none was pressed.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public static async Task<IResult> PageAsync(
        HttpContext context, JobDetailQuery query, JobDetailReader reader, string? problem, CancellationToken cancellationToken) =>
        await reader.ReadAsync(query, Callers.Of(context).Sees, cancellationToken) is { } model
            ? await PageResult.RenderAsync<JobDetailPage>(
                problem is null ? StatusCodes.Status200OK : StatusCodes.Status409Conflict,
                ("Viewer", Viewers.Of(context)), ("Model", model), ("Live", $"/live{query}"), ("Problem", problem))
            : await NoJobAsync(context, query.Id);

    /// <summary>There is no such job, or it is somebody else's: the same page.</summary>
    public static Task<IResult> NoJobAsync(HttpContext context, long id) => PageResult.ProblemAsync(
        context, StatusCodes.Status404NotFound, "No such job", string.Create(CultureInfo.InvariantCulture, $"There is no job {id}."));

    private static Task<IResult> ShowAsync(
        HttpContext context, long id, JobDetailReader reader, int? after, bool? failed, CancellationToken cancellationToken) =>
        PageAsync(context, new JobDetailQuery(id, after, failed ?? false), reader, problem: null, cancellationToken);

    private static async Task<IResult> FollowAsync(
        HttpContext context,
        long id,
        JobDetailReader reader,
        LiveStream stream,
        int? after,
        bool? failed,
        CancellationToken cancellationToken)
    {
        var (query, caller) = (new JobDetailQuery(id, after, failed ?? false), Callers.Of(context));
        if (await reader.ReadAsync(query, caller.Sees, cancellationToken) is not { } model)
        {
            return await NoJobAsync(context, id);
        }

        var mayChange = caller.Role >= AccessRole.Submit;

        // Not a look of before a retry: the job was over then, and nothing more would be sent.
        return stream.Send(context, string.Create(CultureInfo.InvariantCulture, $"{query} {mayChange} {model.Job.Retries}"), token => reader.LookAsync(query, mayChange, token));
    }
}
