using BatchLLM.Jobs;
using BatchLLM.Retention;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BatchLLM.Host.Service.Errors;

/// <summary>What goes wrong, as problem details (RFC 9457).</summary>
internal static class Problems
{
    // Enough to mend a file by; a file made to be a burden has a hundred thousand.
    private const int MostErrors = 100;

    /// <summary>A problem of a status.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="title">The same for all problems of a kind.</param>
    /// <param name="detail">What was found here, what was expected, and what to do.</param>
    public static ProblemHttpResult Of(int status, string title, string detail) =>
        TypedResults.Problem(detail, statusCode: status, title: title);

    /// <summary>A value of the request that is wrong.</summary>
    public static ProblemHttpResult BadRequest(string detail) => Of(StatusCodes.Status400BadRequest, "Bad request", detail);

    /// <summary>There is no such job, or it is somebody else's: the same answer.</summary>
    public static ProblemHttpResult NoJob(long id) =>
        Of(StatusCodes.Status404NotFound, "No such job", $"There is no job {id}. GET /api/jobs lists them.");

    /// <summary>A job's results whose time is over.</summary>
    /// <param name="id">The job.</param>
    /// <param name="removal">What became of them.</param>
    public static ProblemHttpResult ResultsRemoved(long id, ResultRemoval removal) => Of(
        StatusCodes.Status410Gone, "The results were removed", $"Job {id} is over, and its {removal.Say()} Hand the job in anew to compute them again.");

    /// <summary>A job file that is wrong, with a list of everything that is.</summary>
    public static ProblemHttpResult JobFile(IReadOnlyList<JobFileProblem> problems) => Listed("The job is wrong", problems);

    /// <summary>A text that is wrong, with a list of everything that is.</summary>
    /// <param name="title">The same for all texts of a kind.</param>
    /// <param name="problems">What is wrong; at least one thing.</param>
    public static ProblemHttpResult Listed(string title, IReadOnlyList<JobFileProblem> problems)
    {
        var errors = problems.Take(MostErrors).Select(problem => new JobFileError(
            problem.Path, problem.Line == 0 ? null : problem.Line, problem.Line == 0 ? null : problem.Column, problem.Message));
        return TypedResults.Problem(
            problems.Count == 1 ? $"{problems[0]}." : $"{problems.Count} things are wrong. The first: {problems[0]}.",
            statusCode: StatusCodes.Status400BadRequest,
            title: title,
            extensions: new Dictionary<string, object?> { ["errors"] = errors.ToArray() });
    }

    /// <summary>One thing that is wrong with a job file.</summary>
    /// <param name="Path">The key: <c>input.0.uri</c>; empty for the file as a whole.</param>
    /// <param name="Line">1-based; null if it is of no single place.</param>
    /// <param name="Column">1-based UTF-16 column; null if it is of no single place.</param>
    /// <param name="Message">What was found and what was expected.</param>
    internal sealed record JobFileError(string Path, int? Line, int? Column, string Message);
}
