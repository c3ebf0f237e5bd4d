using BatchLLM.Host.Service.Errors;
using Microsoft.AspNetCore.Http;

namespace BatchLLM.Host.Service.Access;

/// <summary>
/// Keeps pages of other sites off a service without keys. A browser on this machine reaches it for any page that it shows: by
/// a form, which needs no permission, or under a host name of the page's own that it lets stand for 127.0.0.1.
/// </summary>
internal static class BrowserGuard
{
    /// <summary>Refuses a request that a page of another site sent.</summary>
    public static Task InvokeAsync(HttpContext context, RequestDelegate next) =>
        ProblemWith(context.Request) is { } problem
            ? Problems.Of(StatusCodes.Status403Forbidden, "Not from here", problem).ExecuteAsync(context)
            : next(context);

    /// <summary>Why a request is refused; null if it is not.</summary>
    private static string? ProblemWith(HttpRequest request)
    {
        if (!ListenAddress.IsLoopback(request.Host.Host))
        {
            return "The Host header names another machine; expected 127.0.0.1, [::1] or localhost.";
        }

        var origin = request.Headers.Origin.ToString();
        return origin.Length > 0 && origin != $"http://{request.Host}"
            ? "The Origin header names another site; only this service's own pages may send requests."
            : null;
    }
}
