using BatchLLM.Rows;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BatchLLM.Host.Service.Errors;

/// <summary>
/// What a blob store failed at, as problem details. The sentences of stores name the server's folders and are for whoever runs
/// it: they are in its log.
/// </summary>
internal static class BlobProblems
{
    /// <summary>The problem of a failure.</summary>
    /// <param name="blob">What failed.</param>
    /// <param name="isTransient">True if the same request may succeed later by itself.</param>
    public static ProblemHttpResult Of(BlobFailure blob, bool isTransient) => blob.Fault switch
    {
        BlobFault.Missing => Problems.Of(
            StatusCodes.Status410Gone, "The file is gone", $"{blob.Name} is not where it was written any more; it was moved or removed since."),
        BlobFault.Replaced => Problems.Of(
            StatusCodes.Status410Gone,
            "The file was replaced",
            $"{blob.Name} is not what was written any more; another job may have written to the same place since, or someone by hand."),
        BlobFault.NoRoom => Problems.Of(
            StatusCodes.Status507InsufficientStorage,
            "No room left",
            "The service's storage is full; whoever runs it has to free some space before the request can succeed."),
        _ when isTransient => Problems.Of(
            StatusCodes.Status503ServiceUnavailable, "Try again later", $"The storage does not answer for {blob.Name}."),
        _ => Problems.Of(
            StatusCodes.Status502BadGateway, "The storage failed", $"The storage refused {blob.Name} or failed at it; the service's log says why."),
    };
}
