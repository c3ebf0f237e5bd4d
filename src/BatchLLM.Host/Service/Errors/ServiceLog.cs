using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BatchLLM.Host.Service.Errors;

/// <summary>
/// The service's log: a line for each request that was refused or failed. Of a request it repeats nothing but its method, and
/// the route instead of the path, which may be anything that somebody typed.
/// </summary>
/// <param name="output">Where lines go.</param>
/// <param name="time">The clock.</param>
internal sealed class ServiceLog(TextWriter output, TimeProvider time)
{
    /// <summary>Logs what comes back with a status of 400 or more.</summary>
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        await next(context);
        if (context.Response.StatusCode >= StatusCodes.Status400BadRequest)
        {
            Write(context, FormattableString.Invariant($"{context.Response.StatusCode}"));
        }
    }

    /// <summary>Logs where in the program a fault came from that nobody foresaw. Not its message, which may hold anything.</summary>
    public void WriteDefect(HttpContext context, Exception fault) =>
        Write(context, $"unexpected {fault.GetType().FullName}:{Environment.NewLine}{fault.StackTrace}");

    /// <summary>Logs what failed outside of the program while a request was served, a disk that is full, say. For whoever runs the service.</summary>
    public void WriteFault(HttpContext context, BatchLLMException fault) => Write(context, fault.Message);

    /// <summary>Logs what happens beside requests.</summary>
    public void Write(string text) =>
        output.WriteLine(FormattableString.Invariant($"{time.GetUtcNow().UtcDateTime:yyyy-MM-dd HH:mm:ss'Z'} {text}"));

    private void Write(HttpContext context, string text)
    {
        // A fault takes the endpoint away from its request.
        var endpoint = context.GetEndpoint() ?? context.Features.Get<IExceptionHandlerFeature>()?.Endpoint;
        var route = (endpoint as RouteEndpoint)?.RoutePattern.RawText ?? "(no route)";
        Write($"{context.Request.Method} {route}: {text}");
    }
}
