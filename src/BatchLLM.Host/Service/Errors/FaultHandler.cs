using System.Globalization;
using BatchLLM.Host.Commands;
using BatchLLM.Jobs;
using BatchLLM.Rows;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BatchLLM.Host.Service.Errors;

/// <summary>Turns what an endpoint throws into a problem. Where it came from stays on the server.</summary>
/// <param name="log">Where defects of this program are reported.</param>
internal sealed class FaultHandler(ServiceLog log) : IExceptionHandler
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public async ValueTask<bool> TryHandleAsync(
        HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is OperationCanceledException && httpContext.RequestAborted.IsCancellationRequested)
        {
            return true; // nobody is there to be told
        }

        if (exception is BatchLLMException { IsTransient: true })
        {
            httpContext.Response.Headers.RetryAfter = RetryAfter.TotalSeconds.ToString(CultureInfo.InvariantCulture);
        }

        await Describe(httpContext, exception).ExecuteAsync(httpContext);
        return true;
    }

    private ProblemHttpResult Describe(HttpContext context, Exception exception) => exception switch
    {
        BadHttpRequestException e => Problems.Of(e.StatusCode, "The request cannot be read", RequestFaults.Describe(e)),
        UsageException e => Problems.BadRequest(e.Message),
        IdempotencyConflictException e => Problems.Of(
            StatusCodes.Status422UnprocessableEntity, "Idempotency-Key was used for another request", e.Message),
        BatchLLMException { Blob: { } blob } e => OfBlob(context, e, blob),
        BatchLLMException { IsTransient: true } e => Problems.Of(
            StatusCodes.Status503ServiceUnavailable, "Try again later", e.Message),
        BatchLLMException e => Outside(context, e),
        OperationCanceledException => Problems.Of(
            StatusCodes.Status503ServiceUnavailable, "Try again later", "The service stops; what was asked for may be half done."),
        _ => Unexpected(context, exception),
    };

    private ProblemHttpResult OfBlob(HttpContext context, BatchLLMException exception, BlobFailure blob)
    {
        log.WriteFault(context, exception);
        return BlobProblems.Of(blob, exception.IsTransient);
    }

    private ProblemHttpResult Outside(HttpContext context, BatchLLMException exception)
    {
        log.WriteFault(context, exception);
        return Problems.Of(StatusCodes.Status500InternalServerError, "Something outside failed", exception.Message);
    }

    private ProblemHttpResult Unexpected(HttpContext context, Exception exception)
    {
        log.WriteDefect(context, exception);
        return Problems.Of(
            StatusCodes.Status500InternalServerError,
            "A defect of the service",
            $"Unexpected {exception.GetType().Name}; the service's log has the details.");
    }
}
