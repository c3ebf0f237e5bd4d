using BatchLLM.Host.Service.Access;
using BatchLLM.Host.Service.Errors;
using BatchLLM.Jobs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace BatchLLM.Host.Service;

/// <summary><c>/healthz</c>: the process answers. <c>/readyz</c>: so does its database.</summary>
internal static class HealthEndpoints
{
    // An orchestrator asks every few seconds and wants an answer meanwhile, not at the end of the database's patience.
    private static readonly TimeSpan DatabaseTime = TimeSpan.FromSeconds(2);

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/healthz", Alive).ForAnyone().WithTags("Health")
            .WithSummary("The process is alive.");
        app.MapGet("/readyz", ReadyAsync).ForAnyone().WithTags("Health")
            .WithSummary("The database answers, so that requests will be served.")
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

        // Monitors that want the status alone.
        app.MapMethods("/healthz", [HttpMethods.Head], Alive).ForAnyone().ExcludeFromDescription();
        app.MapMethods("/readyz", [HttpMethods.Head], ReadyAsync).ForAnyone().ExcludeFromDescription();
    }

    private static Ok<Health> Alive() => TypedResults.Ok(new Health("ok"));

    private static async Task<Results<Ok<Health>, ProblemHttpResult>> ReadyAsync(
        IJobStore store, TimeProvider time, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(DatabaseTime, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            await store.ListAsync(limit: 1, either.Token);
            return TypedResults.Ok(new Health("ready"));
        }
        catch (Exception e) when (e is BatchLLMException || (e is OperationCanceledException && late.IsCancellationRequested))
        {
            return Problems.Of(
                StatusCodes.Status503ServiceUnavailable, "Not ready", "The database does not answer; requests would wait for it.");
        }
    }

    /// <summary>How the service is.</summary>
    /// <param name="Status"><c>ok</c> or <c>ready</c>.</param>
    internal sealed record Health(string Status);
}
