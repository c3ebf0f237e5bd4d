using BatchLLM.Dashboard;
using BatchLLM.Dashboard.Pages;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;

namespace BatchLLM.Host.Service.Pages;

/// <summary>A page, and the headers that keep anything else out of it.</summary>
/// <param name="html">The page.</param>
/// <param name="status">The HTTP status.</param>
internal sealed class PageResult(string html, int status) : IResult
{
    // Its own files and nothing else: no script, no style, no frame of anyone else, not even of a job's name.
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; " +
        "base-uri 'none'; frame-ancestors 'none'";

    /// <summary>Renders a page.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="parameters">The component's parameters, by their names.</param>
    public static async Task<IResult> RenderAsync<T>(int status, params (string Name, object? Value)[] parameters)
        where T : IComponent
    {
        await using var parts = new HtmlParts();
        return new PageResult(await parts.RenderAsync<T>(parameters), status);
    }

    /// <summary>A page that says what is wrong.</summary>
    /// <param name="context">The request.</param>
    /// <param name="status">The HTTP status.</param>
    /// <param name="heading">What it is about.</param>
    /// <param name="detail">What was found, and what to do.</param>
    public static Task<IResult> ProblemAsync(HttpContext context, int status, string heading, string detail) =>
        RenderAsync<ProblemPage>(status, ("Viewer", Viewers.Of(context)), ("Heading", heading), ("Detail", detail));

    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = status;
        response.ContentType = "text/html; charset=utf-8";
        response.Headers.ContentSecurityPolicy = Policy;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.XFrameOptions = "DENY";
        response.Headers["Referrer-Policy"] = "same-origin"; // with none, browsers would not say whose page sent a form
        response.Headers.CacheControl = "no-store";
        return response.WriteAsync(html, httpContext.RequestAborted);
    }
}
