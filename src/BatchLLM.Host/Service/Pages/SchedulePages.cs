using System.Globalization;
using BatchLLM.Access;
using BatchLLM.Dashboard.Pages;
using BatchLLM.Host.Service.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BatchLLM.Host.Service.Pages;

/// <summary><c>GET /schedules</c> and <c>/schedules/{id}</c>: what fires when, what became of it, and their changes.</summary>
internal static class SchedulePages
{
    public static void Map(IEndpointRouteBuilder pages)
    {
        pages.MapGet("/schedules", ShowAllAsync);
        pages.MapGet("/live/schedules", FollowAll).DisableRequestTimeout();
        pages.MapGet("/schedules/{id:long}", ShowAsync);
        pages.MapGet("/live/schedules/{id:long}", FollowAsync).DisableRequestTimeout();
    }

    /// <summary>A schedule's page.</summary>
    /// <param name="context">The request.</param>
    /// <param name="query">What is asked for.</param>
    /// <param name="reader">Reads it.</param>
    /// <param name="problem">Why a button did nothing; null if none was pressed.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public static async Task<IResult> PageAsync(
        HttpContext context, ScheduleQuery query, ScheduleReader reader, string? problem, CancellationToken cancellationToken) =>
        await reader.ReadAsync(query, Callers.Of(context).Sees, cancellationToken) is { } model
            ? await PageResult.RenderAsync<SchedulePage>(
                problem is null ? StatusCodes.Status200OK : StatusCodes.Status422UnprocessableEntity,
                ("Viewer", Viewers.Of(context)), ("Model", model), ("Live", $"/live{query}"), ("Problem", problem))
            : await NoScheduleAsync(context, query.Id);

    /// <summary>There is no such schedule, or it is somebody else's: the same page.</summary>
    public static Task<IResult> NoScheduleAsync(HttpContext context, long id) => PageResult.ProblemAsync(
        context, StatusCodes.Status404NotFound, "No such schedule", string.Create(CultureInfo.InvariantCulture, $"There is no schedule {id}."));

    private static async Task<IResult> ShowAllAsync(
        HttpContext context, ScheduleReader reader, TimeProvider time, CancellationToken cancellationToken) =>
        await PageResult.RenderAsync<SchedulesPage>(
            StatusCodes.Status200OK,
            ("Viewer", Viewers.Of(context)),
            ("Schedules", await reader.ListAsync(Callers.Of(context).Sees, cancellationToken)),
            ("Now", time.GetUtcNow()));

    private static IResult FollowAll(HttpContext context, ScheduleReader reader, LiveStream stream)
    {
        var tenant = Callers.Of(context).Sees;
        return stream.Send(context, $"schedules of {tenant ?? "*"}", token => reader.LookAsync(tenant, token));
    }

    private static Task<IResult> ShowAsync(
        HttpContext context, long id, ScheduleReader reader, UtcMoment? before, CancellationToken cancellationToken) =>
        PageAsync(context, new ScheduleQuery(id, before?.At), reader, problem: null, cancellationToken);

    private static async Task<IResult> FollowAsync(
        HttpContext context, long id, ScheduleReader reader, LiveStream stream, UtcMoment? before, CancellationToken cancellationToken)
    {
        var (query, caller) = (new ScheduleQuery(id, before?.At), Callers.Of(context));
        if (await reader.ReadAsync(query, caller.Sees, cancellationToken) is null)
        {
            return await NoScheduleAsync(context, id);
        }

        var mayChange = caller.Role >= AccessRole.Submit;
        return stream.Send(context, $"{query} {mayChange}", token => reader.LookAsync(query, mayChange, token));
    }
}
