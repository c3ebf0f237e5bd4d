using Microsoft.AspNetCore.Http;

namespace BatchLLM.Host.Service.Pages;

/// <summary>Leads on from a form, so that a page loaded again sends nothing again (RFC 9110, 303).</summary>
/// <param name="path">Where to: a path of this service.</param>
internal sealed class SeeOther(string path) : IResult
{
    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
        httpContext.Response.Headers.Location = path;
        return Task.CompletedTask;
    }
}
