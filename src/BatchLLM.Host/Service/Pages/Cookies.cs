using Microsoft.AspNetCore.Http;

namespace BatchLLM.Host.Service.Pages;

/// <summary>The cookies of pages: none is for scripts, none is sent when another site links here with more than a click.</summary>
internal static class Cookies
{
    /// <summary>A session's secret.</summary>
    public const string Session = "batchllm_session";

    /// <summary>What forms are tied to while nobody is signed in.</summary>
    public const string Form = "batchllm_form";

    /// <summary>Colours.</summary>
    public const string Theme = "batchllm_theme";

    /// <summary>Sets one.</summary>
    /// <param name="context">The request that is answered.</param>
    /// <param name="name">Its name.</param>
    /// <param name="value">What it holds.</param>
    /// <param name="lifetime">How long the browser keeps it; null for until it is closed.</param>
    public static void Set(HttpContext context, string name, string value, TimeSpan? lifetime) =>
        context.Response.Cookies.Append(name, value, Options(context.Request, lifetime));

    /// <summary>Takes one away.</summary>
    public static void Remove(HttpContext context, string name) =>
        context.Response.Cookies.Delete(name, Options(context.Request, lifetime: null));

    // Plain HTTP is all that this service speaks; what speaks TLS in front of it says so in a header. Who makes that up keeps
    // nobody from anything: the browser only throws the cookie away.
    private static CookieOptions Options(HttpRequest request, TimeSpan? lifetime) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = request.IsHttps || request.Headers["X-Forwarded-Proto"] == "https",
        Path = "/",
        MaxAge = lifetime,
        IsEssential = true,
    };
}
