using BatchLLM.Access;
using BatchLLM.Host.Service.Access;
using BatchLLM.Host.Service.Schedules;
using BatchLLM.Schedules;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BatchLLM.Host.Service.Pages;

/// <summary>The buttons of a schedule's page. They lead back to it.</summary>
internal static class ScheduleForms
{
    public static void Map(IEndpointRouteBuilder forms)
    {
        forms.MapPost("/schedules/{id:long}/pause", PauseAsync).For(AccessRole.Submit);
        forms.MapPost("/schedules/{id:long}/resume", ResumeAsync).For(AccessRole.Submit);
        forms.MapPost("/schedules/{id:long}/run", RunAsync).For(AccessRole.Submit);
    }

    private static Task<IResult> PauseAsync(
        HttpContext context, long id, ScheduleDesk desk, IScheduleStore schedules, ScheduleClock clock, CancellationToken cancellationToken) =>
        SetAsync(context, id, isPaused: true, desk, schedules, clock, cancellationToken);

    private static Task<IResult> ResumeAsync(
        HttpContext context, long id, ScheduleDesk desk, IScheduleStore schedules, ScheduleClock clock, CancellationToken cancellationToken) =>
        SetAsync(context, id, isPaused: false, desk, schedules, clock, cancellationToken);

    private static async Task<IResult> SetAsync(
        HttpContext context, long id, bool isPaused, ScheduleDesk desk, IScheduleStore schedules, ScheduleClock clock, CancellationToken cancellationToken)
    {
        if (await desk.FindAsync(context, id, cancellationToken) is null
            || await schedules.PauseAsync(id, isPaused, cancellationToken) is null)
        {
            return await SchedulePages.NoScheduleAsync(context, id);
        }

        clock.Look();
        return new SeeOther(new ScheduleQuery(id, Before: null).ToString());
    }

    private static async Task<IResult> RunAsync(
        HttpContext context, long id, ScheduleDesk desk, ScheduleFiring firing, ScheduleReader reader, TimeProvider time, CancellationToken cancellationToken)
    {
        if (await desk.FindAsync(context, id, cancellationToken) is not { } schedule
            || await firing.FireAsync(schedule, FireTime.Now(time), isManual: true, cancellationToken) is not { } fired)
        {
            return await SchedulePages.NoScheduleAsync(context, id);
        }

        var query = new ScheduleQuery(id, Before: null);
        return fired.JobId is null
            ? await SchedulePages.PageAsync(context, query, reader, $"No job was made: {fired.Reason}", cancellationToken)
            : new SeeOther(query.ToString());
    }
}
