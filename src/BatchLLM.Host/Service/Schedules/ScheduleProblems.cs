using BatchLLM.Host.Service.Errors;
using BatchLLM.Jobs;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BatchLLM.Host.Service.Schedules;

/// <summary>What goes wrong with schedules alone.</summary>
internal static class ScheduleProblems
{
    /// <summary>There is no such schedule, or it is somebody else's: the same answer.</summary>
    public static ProblemHttpResult NoSchedule(long id) => Problems.Of(
        StatusCodes.Status404NotFound, "No such schedule", $"There is no schedule {id}. GET /api/schedules lists them.");

    /// <summary>It is wrong, or the job in it.</summary>
    public static ProblemHttpResult Wrong(IReadOnlyList<JobFileProblem> problems) => Problems.Listed("The schedule is wrong", problems);

    /// <summary>Another one has the name.</summary>
    public static ProblemHttpResult NameTaken(string message) => Problems.Of(StatusCodes.Status409Conflict, "The name is taken", message);

    /// <summary>It cannot make its job as things are.</summary>
    public static ProblemHttpResult CannotFire(string reason) => Problems.Of(
        StatusCodes.Status422UnprocessableEntity, "No job was made", $"{reason.TrimEnd('.')}.");
}
