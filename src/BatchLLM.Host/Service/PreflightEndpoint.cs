using System.ComponentModel;
using BatchLLM.Access;
using BatchLLM.Host.Commands;
using BatchLLM.Host.Preflight;
using BatchLLM.Host.Service.Access;
using BatchLLM.Host.Service.Errors;
using BatchLLM.Host.Service.Jobs;
using BatchLLM.Preflight;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace BatchLLM.Host.Service;

/// <summary><c>POST /api/preflight</c>.</summary>
internal static class PreflightEndpoint
{
    private const int MostSeconds = 60;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    public static void Map(IEndpointRouteBuilder api) => api.MapPost("/preflight", RunAsync)
        .WithTags("Preflight")
        .WithName("preflight")
        .For(AccessRole.Submit)
        .WithSummary("Looks at a job without running it, as `batchllm validate --json` does; the answer comes when it is done.")
        .TakesJobFile()
        .Produces<PreflightReport>()
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
        .WithRequestTimeout(ServiceApp.TooSlow(Limit));

    private static async Task<Results<FileContentHttpResult, ProblemHttpResult>> RunAsync(
        HttpContext context,
        JobIntake intake,
        PreflightDesk desk,
        [Description("Seconds for which a sample is run at most, 0 to 60; 0 for none, so that no weights are loaded.")]
        double measure = 0,
        CancellationToken cancellationToken = default)
    {
        if (measure is not (>= 0 and <= MostSeconds))
        {
            return Problems.BadRequest($"measure is not a number of seconds from 0 to {MostSeconds}.");
        }

        if (RequestBody.ProblemWith(context.Request) is { } problem)
        {
            return problem;
        }

        var read = intake.Read(await RequestBody.ReadAsync(context.Request, cancellationToken));
        if (read.Spec is not { } spec)
        {
            return Problems.JobFile(read.Problems);
        }

        try
        {
            var report = await desk.RunAsync(spec, TimeSpan.FromSeconds(measure), cancellationToken);
            return TypedResults.Bytes(PreflightJson.Write(report), "application/json");
        }
        catch (Exception e) when (e is UsageException or BatchLLMException { IsTransient: false })
        {
            return Problems.Of(StatusCodes.Status422UnprocessableEntity, "The job cannot run", e.Message);
        }
    }
}
