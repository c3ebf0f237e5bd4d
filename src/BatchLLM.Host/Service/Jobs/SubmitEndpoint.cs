using System.ComponentModel;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using BatchLLM.Access;
using BatchLLM.Host.Service.Access;
using BatchLLM.Host.Service.Errors;
using BatchLLM.Jobs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace BatchLLM.Host.Service.Jobs;

/// <summary><c>POST /api/jobs</c>.</summary>
internal static class SubmitEndpoint
{
    public static void Map(IEndpointRouteBuilder jobs) => jobs.MapPost("", SubmitAsync)
        .WithName("submitJob")
        .For(AccessRole.Submit)
        .WithSummary("Hands a job in: the job file's JSON. It is queued, and answered at once.")
        .WithDescription(
            "With an Idempotency-Key header the request can be repeated: the same request gives the same job, " +
            "with 200 instead of 201.")
        .TakesJobFile()
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

    private static async Task<Results<Created<JobView>, Ok<JobView>, ProblemHttpResult>> SubmitAsync(
        HttpContext context,
        IJobQueue queue,
        JobIntake intake,
        JobViews views,
        [Description("Higher goes first: -100 to 100.")] int priority = 0,
        [Description("When the job should be done, by RFC 3339; without a time zone it is UTC. Earlier goes first among equal priorities.")]
        UtcMoment? deadline = null,
        [FromHeader(Name = IdempotencyHeader.Name)]
        [Description("The submission's own: 1 to 255 printable ASCII characters, in double quotes or without.")]
        string? idempotencyKey = null,
        CancellationToken cancellationToken = default)
    {
        if (ProblemWith(context.Request, priority, idempotencyKey) is { } problem)
        {
            return problem;
        }

        var body = await RequestBody.ReadAsync(context.Request, cancellationToken);
        var read = intake.Read(body);
        if (read.Spec is not { } spec)
        {
            return Problems.JobFile(read.Problems);
        }

        var submission = new JobSubmission(spec.Name, JobSpecJson.Write(spec), spec.Model, spec.Output.Uri)
        {
            Tenant = Callers.Of(context).Tenant,
            Priority = priority,
            Deadline = deadline?.At,
            Idempotency = KeyOf(idempotencyKey, body, priority, deadline?.At),
        };
        var (job, created) = await queue.SubmitAsync(submission, cancellationToken);
        var view = await views.OfAsync(job, cancellationToken);
        return created ? TypedResults.Created(view.Urls.Self, view) : TypedResults.Ok(view);
    }

    private static ProblemHttpResult? ProblemWith(HttpRequest request, int priority, string? key)
    {
        if (priority is < JobSubmission.LeastPriority or > JobSubmission.GreatestPriority)
        {
            return Problems.BadRequest(string.Create(
                CultureInfo.InvariantCulture,
                $"priority is {priority}; expected {JobSubmission.LeastPriority} to {JobSubmission.GreatestPriority}."));
        }

        return key is not null && IdempotencyHeader.Read(key) is null
            ? Problems.BadRequest(IdempotencyHeader.Problem)
            : RequestBody.ProblemWith(request);
    }

    private static IdempotencyKey? KeyOf(string? header, byte[] body, int priority, DateTimeOffset? deadline) =>
        IdempotencyHeader.Read(header) is { } key
            ? new IdempotencyKey(key, DigestOf(body, priority, deadline))
            : null;

    private static string DigestOf(byte[] body, int priority, DateTimeOffset? deadline)
    {
        var settings = string.Create(CultureInfo.InvariantCulture, $"{priority} {deadline?.UtcTicks}\n");
        return Convert.ToHexStringLower(SHA256.HashData([.. Encoding.UTF8.GetBytes(settings), .. body]));
    }
}
