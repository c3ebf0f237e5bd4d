using BatchLLM.Host.Service.Errors;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace BatchLLM.Host.Service.Pages;

/// <summary>Turns what a page's endpoint throws into a page. Where it came from stays on the server.</summary>
/// <param name="log">Where defects of this program are reported.</param>
internal sealed class PageFaults(ServiceLog log) : IExceptionHandler
{
    /// <inheritdoc/>
    public async ValueTask<bool> TryHandleAsync(
        HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        var endpoint = httpContext.Features.Get<IExceptionHandlerFeature>()?.Endpoint;
        if (endpoint?.Metadata.GetMetadata<PageMark>() is null || exception is OperationCanceledException)
        {
            return false;
        }

        await (await PageOfAsync(httpContext, exception)).ExecuteAsync(httpContext);
        return true;
    }

    private Task<IResult> PageOfAsync(HttpContext context, Exception exception)
    {
        switch (exception)
        {
            case BatchLLMException { IsTransient: true }:
                return PageResult.ProblemAsync(
                    context, StatusCodes.Status503ServiceUnavailable, "Try again in a moment", "The database does not answer.");
            case BatchLLMException e:
                return PageResult.ProblemAsync(
                    context, StatusCodes.Status500InternalServerError, "Something outside failed", e.Message);
            case BadHttpRequestException e:
                return PageResult.ProblemAsync(context, e.StatusCode, "The request cannot be read", "An address or a form is not as this service makes them.");
            default:
                log.WriteDefect(context, exception);
                return PageResult.ProblemAsync(
                    context, StatusCodes.Status500InternalServerError, "A defect of the service", "The service's log has the details.");
        }
    }
}
