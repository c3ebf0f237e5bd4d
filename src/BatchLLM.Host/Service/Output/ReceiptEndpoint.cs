using System.Security.Cryptography;
using BatchLLM.Host.Jobs;
using BatchLLM.Host.Service.Errors;
using BatchLLM.Host.Service.Jobs;
using BatchLLM.Jobs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace BatchLLM.Host.Service.Output;

/// <summary><c>GET /api/jobs/{id}/receipt</c>.</summary>
internal static class ReceiptEndpoint
{
    public static void Map(IEndpointRouteBuilder jobs) => jobs.MapGet("/{id:long}/receipt", GetAsync)
        .WithName("getReceipt")
        .WithSummary("The receipt, byte by byte as it stands in the output: rows in = ok + truncated + failed + skipped, and digests.")
        .Produces<object>(StatusCodes.Status200OK, "application/json")
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status410Gone);

    private static async Task<Results<FileContentHttpResult, ProblemHttpResult>> GetAsync(
        HttpContext context, long id, JobLookup lookup, CancellationToken cancellationToken)
    {
        if (await lookup.FindAsync(context, id, cancellationToken) is not { } job)
        {
            return Problems.NoJob(id);
        }

        if (job.Removal is { } removal)
        {
            return Problems.ResultsRemoved(id, removal);
        }

        return job.ReceiptSha256 is { } sha256
            ? await ReadAsync(job, sha256, cancellationToken)
            : Problems.Of(
                StatusCodes.Status404NotFound,
                "No receipt yet",
                $"Job {id} is {JobStates.Name(job.State)}; its receipt is written when its output is whole.");
    }

    private static async Task<Results<FileContentHttpResult, ProblemHttpResult>> ReadAsync(
        Job job, string sha256, CancellationToken cancellationToken)
    {
        var uri = JobAssembly.LayoutOf(job, JobFileLoader.Restore(job.Definition.SpecJson, errorBudget: null)).Receipt;
        await using var stream = await JobAssembly.Blobs.OpenReadAsync(uri, cancellationToken);
        var bytes = new byte[stream.Length];
        await stream.ReadExactlyAsync(bytes, cancellationToken);
        return Convert.ToHexStringLower(SHA256.HashData(bytes)) == sha256
            ? TypedResults.Bytes(bytes, "application/json")
            : Problems.Of(
                StatusCodes.Status410Gone,
                "The receipt was replaced",
                $"{Path.GetFileName(uri)} is not the receipt of job {job.Id} any more; another job has written to the same output since.");
    }
}
