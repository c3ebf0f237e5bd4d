using BatchLLM.Access;
using BatchLLM.Host.Service.Access;
using BatchLLM.Host.Service.Errors;
using BatchLLM.Host.Service.Jobs;
using BatchLLM.Schedules;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace BatchLLM.Host.Service.Schedules;

/// <summary>What is done to schedules: made, replaced, removed, paused, resumed, run at once.</summary>
internal static class ScheduleChanges
{
    public static void Map(IEndpointRouteBuilder schedules)
    {
        Add(schedules.MapPost("", CreateAsync), "createSchedule")
            .WithSummary("Makes a schedule: when, and the job file that each firing hands in.")
            .TakesSchedule();
        Add(schedules.MapPut("/{id:long}", ReplaceAsync), "replaceSchedule")
            .WithSummary("Replaces a schedule; whether it is paused stays. What was due before is not made up for.")
            .ProducesProblem(StatusCodes.Status404NotFound)
            .TakesSchedule();
        Add(schedules.MapPatch("/{id:long}", PatchAsync), "patchSchedule")
            .WithSummary("Changes some of a schedule: any of what it says of itself, its job's keys one by one, and its state, active or paused.")
            .WithDescription("A JSON Merge Patch (RFC 7396): what is left out stays, null gives a key its default. What was due before is not made up for.")
            .ProducesProblem(StatusCodes.Status404NotFound)
            .TakesChange();
        AddToOne(schedules.MapDelete("/{id:long}", DeleteAsync), "deleteSchedule")
            .WithSummary("Removes a schedule and what is known of its firings; their jobs stay.");
        AddToOne(schedules.MapPost("/{id:long}/pause", PauseAsync), "pauseSchedule")
            .WithSummary("Fires no more until it is resumed; its jobs go on.");
        AddToOne(schedules.MapPost("/{id:long}/resume", ResumeAsync), "resumeSchedule")
            .WithSummary("Fires again; what was due meanwhile is not made up for.");
        AddToOne(schedules.MapPost("/{id:long}/run", RunAsync), "runSchedule")
            .WithSummary("Makes its job now, paused or not; it waits until earlier ones are over.")
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);
    }

    private static RouteHandlerBuilder Add(RouteHandlerBuilder endpoint, string name) => endpoint
        .WithName(name)
        .For(AccessRole.Submit)
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status409Conflict)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .ProducesProblem(StatusCodes.Status415UnsupportedMediaType);

    private static RouteHandlerBuilder AddToOne(RouteHandlerBuilder endpoint, string name) => endpoint
        .WithName(name)
        .For(AccessRole.Submit)
        .ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<Results<Created<ScheduleView>, ProblemHttpResult>> CreateAsync(
        HttpContext context, ScheduleDesk desk, IScheduleStore schedules, ScheduleClock clock, TimeProvider time, CancellationToken cancellationToken)
    {
        var (definition, problem) = await ReadAsync(context.Request, desk, cancellationToken);
        if (definition is null)
        {
            return problem!;
        }

        try
        {
            var schedule = await schedules.CreateAsync(Callers.Of(context).Tenant, definition, cancellationToken);
            clock.Look();
            return TypedResults.Created(ScheduleView.UrlOf(schedule.Id), ScheduleView.Of(schedule, last: [], time.GetUtcNow()));
        }
        catch (ScheduleNameTakenException exception)
        {
            return ScheduleProblems.NameTaken(exception.Message);
        }
    }

    private static async Task<Results<Ok<ScheduleView>, ProblemHttpResult>> ReplaceAsync(
        HttpContext context, long id, ScheduleDesk desk, IScheduleStore schedules, ScheduleClock clock, TimeProvider time, CancellationToken cancellationToken)
    {
        var (definition, problem) = await ReadAsync(context.Request, desk, cancellationToken);
        if (definition is null)
        {
            return problem!;
        }

        try
        {
            return await ChangeAsync(
                context, id, desk, clock, time, () => schedules.ReplaceAsync(id, definition, cancellationToken), cancellationToken);
        }
        catch (ScheduleNameTakenException exception)
        {
            return ScheduleProblems.NameTaken(exception.Message);
        }
    }

    private static async Task<Results<Ok<ScheduleView>, ProblemHttpResult>> PatchAsync(
        HttpContext context, long id, ScheduleDesk desk, IScheduleStore schedules, ScheduleClock clock, TimeProvider time, CancellationToken cancellationToken)
    {
        if (RequestBody.ProblemWith(context.Request, RequestBody.MergePatch) is { } problem)
        {
            return problem;
        }

        var (patch, wrong) = SchedulePatch.Parse(await RequestBody.ReadAsync(context.Request, cancellationToken));
        if (patch is null)
        {
            return Problems.BadRequest($"The change cannot be made: {wrong}.");
        }

        // Made again of what another request made of it meanwhile, so that neither undoes the other.
        while (await desk.FindAsync(context, id, cancellationToken) is { } schedule)
        {
            var read = desk.Read(patch.Apply(schedule));
            if (read.Definition is not { } definition)
            {
                // Lines are those of a text that nobody sent.
                return ScheduleProblems.Wrong([.. read.Problems.Select(one => one with { Line = 0, Column = 0 })]);
            }

            try
            {
                if (await schedules.ChangeAsync(schedule, definition, patch.IsPausedWith(schedule), cancellationToken) is { } changed)
                {
                    clock.Look();
                    return TypedResults.Ok(ScheduleView.Of(changed, last: null, time.GetUtcNow()));
                }
            }
            catch (ScheduleNameTakenException exception)
            {
                return ScheduleProblems.NameTaken(exception.Message);
            }
        }

        return ScheduleProblems.NoSchedule(id);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        HttpContext context, long id, ScheduleDesk desk, IScheduleStore schedules, ScheduleClock clock, CancellationToken cancellationToken)
    {
        if (await desk.FindAsync(context, id, cancellationToken) is null || !await schedules.DeleteAsync(id, cancellationToken))
        {
            return ScheduleProblems.NoSchedule(id);
        }

        clock.Look();
        return TypedResults.NoContent();
    }

    private static Task<Results<Ok<ScheduleView>, ProblemHttpResult>> PauseAsync(
        HttpContext context, long id, ScheduleDesk desk, IScheduleStore schedules, ScheduleClock clock, TimeProvider time, CancellationToken cancellationToken) =>
        ChangeAsync(
            context, id, desk, clock, time, () => schedules.PauseAsync(id, isPaused: true, cancellationToken), cancellationToken);

    private static Task<Results<Ok<ScheduleView>, ProblemHttpResult>> ResumeAsync(
        HttpContext context, long id, ScheduleDesk desk, IScheduleStore schedules, ScheduleClock clock, TimeProvider time, CancellationToken cancellationToken) =>
        ChangeAsync(
            context, id, desk, clock, time, () => schedules.PauseAsync(id, isPaused: false, cancellationToken), cancellationToken);

    private static async Task<Results<Created<FiringView>, ProblemHttpResult>> RunAsync(
        HttpContext context, long id, ScheduleDesk desk, ScheduleFiring firing, TimeProvider time, CancellationToken cancellationToken)
    {
        if (await desk.FindAsync(context, id, cancellationToken) is not { } schedule
            || await firing.FireAsync(schedule, FireTime.Now(time), isManual: true, cancellationToken) is not { } fired)
        {
            return ScheduleProblems.NoSchedule(id);
        }

        return fired.JobId is { } job
            ? TypedResults.Created(JobUrls.Of(job).Self, FiringView.Of(fired))
            : ScheduleProblems.CannotFire(fired.Reason!);
    }

    private static async Task<(ScheduleDefinition? Definition, ProblemHttpResult? Problem)> ReadAsync(
        HttpRequest request, ScheduleDesk desk, CancellationToken cancellationToken)
    {
        if (RequestBody.ProblemWith(request) is { } problem)
        {
            return (null, problem);
        }

        var read = desk.Read(await RequestBody.ReadAsync(request, cancellationToken));
        return read.Definition is { } definition ? (definition, null) : (null, ScheduleProblems.Wrong(read.Problems));
    }

    private static async Task<Results<Ok<ScheduleView>, ProblemHttpResult>> ChangeAsync(
        HttpContext context, long id, ScheduleDesk desk, ScheduleClock clock, TimeProvider time, Func<Task<Schedule?>> change, CancellationToken cancellationToken)
    {
        if (await desk.FindAsync(context, id, cancellationToken) is null || await change() is not { } changed)
        {
            return ScheduleProblems.NoSchedule(id);
        }

        clock.Look();
        return TypedResults.Ok(ScheduleView.Of(changed, last: null, time.GetUtcNow()));
    }
}
