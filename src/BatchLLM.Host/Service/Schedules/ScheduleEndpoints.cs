using System.ComponentModel;
using System.Globalization;
using BatchLLM.Host.Service.Access;
using BatchLLM.Host.Service.Errors;
using BatchLLM.Schedules;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace BatchLLM.Host.Service.Schedules;

/// <summary><c>/api/schedules</c>: what there is, when it fires and what became of it.</summary>
internal static class ScheduleEndpoints
{
    private const int LastCount = 20, MostFirings = 200;

    public static void Map(IEndpointRouteBuilder api)
    {
        var schedules = api.MapGroup("/schedules").WithTags("Schedules");
        ScheduleChanges.Map(schedules);
        schedules.MapGet("", ListAsync)
            .WithName("listSchedules")
            .WithSummary("The schedules by name, each with its next firings.");
        schedules.MapGet("/{id:long}", GetAsync)
            .WithName("getSchedule")
            .WithSummary("One schedule: when it fires next, and what became of its latest firings.")
            .ProducesProblem(StatusCodes.Status404NotFound);
        schedules.MapGet("/{id:long}/firings", ListFiringsAsync)
            .WithName("listFirings")
            .WithSummary("A schedule's past firings, the latest first, a page at a time.")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<Ok<ScheduleList>> ListAsync(
        HttpContext context, IScheduleStore schedules, TimeProvider time, CancellationToken cancellationToken)
    {
        var found = await schedules.ListAsync(Callers.Of(context).Sees, cancellationToken);
        return TypedResults.Ok(new ScheduleList([.. found.Select(schedule => ScheduleView.Of(schedule, last: null, time.GetUtcNow()))]));
    }

    private static async Task<Results<Ok<ScheduleView>, ProblemHttpResult>> GetAsync(
        HttpContext context, long id, ScheduleDesk desk, IScheduleStore schedules, TimeProvider time, CancellationToken cancellationToken)
    {
        if (await desk.FindAsync(context, id, cancellationToken) is not { } schedule)
        {
            return ScheduleProblems.NoSchedule(id);
        }

        var last = await schedules.ListFiringsAsync(id, before: null, LastCount, cancellationToken);
        return TypedResults.Ok(ScheduleView.Of(schedule, last, time.GetUtcNow()));
    }

    private static async Task<Results<Ok<FiringPage>, ProblemHttpResult>> ListFiringsAsync(
        HttpContext context,
        long id,
        ScheduleDesk desk,
        IScheduleStore schedules,
        [Description("Firings on a page: 1 to 200.")] int limit = 50,
        [Description("Only earlier firings: the next of the page before. Without a time zone it is UTC.")] UtcMoment? before = null,
        CancellationToken cancellationToken = default)
    {
        if (limit is < 1 or > MostFirings)
        {
            return Problems.BadRequest(string.Create(CultureInfo.InvariantCulture, $"limit is {limit}; expected 1 to {MostFirings}."));
        }

        if (await desk.FindAsync(context, id, cancellationToken) is null)
        {
            return ScheduleProblems.NoSchedule(id);
        }

        // One more than asked for says whether another page follows.
        var found = await schedules.ListFiringsAsync(id, before?.At, limit + 1, cancellationToken);
        var page = found.Take(limit).Select(FiringView.Of).ToList();
        return TypedResults.Ok(new FiringPage(page, found.Count > limit ? page[^1].FireTime : null));
    }
}
