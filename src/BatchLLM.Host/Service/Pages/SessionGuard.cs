using BatchLLM.Access;
using BatchLLM.Host.Service.Access;
using Microsoft.AspNetCore.Http;

namespace BatchLLM.Host.Service.Pages;

/// <summary>
/// Finds out who sends a request by the session in its cookie. A session opens pages, and whatever else only reads, so that a
/// page's links work; what the API changes is changed with a key alone, which no page of another site can make a browser send.
/// </summary>
/// <param name="sessions">Who is signed in.</param>
/// <param name="failures">Who sent secrets that do not work.</param>
/// <param name="needsKeys">False where everyone is let in.</param>
internal sealed class SessionGuard(SessionRing sessions, FailedAttempts failures, bool needsKeys)
{
    /// <summary>Lets a request pass with who sent it, or shows where to sign in.</summary>
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Headers.Authorization.Count > 0)
        {
            await next(context); // a program with a key
            return;
        }

        var isPage = context.GetEndpoint()?.Metadata.GetMetadata<PageMark>() is not null;
        if (isPage || HttpMethods.IsGet(context.Request.Method))
        {
            await ReadAsync(context);
        }

        if (!isPage || RoleFor(context) is not { } role || (context.Features.Get<Caller>()?.Role ?? Nobody) >= role)
        {
            await next(context);
        }
        else if (context.Features.Get<Caller>() is null)
        {
            Turn(context);
        }
        else
        {
            var page = await PageResult.ProblemAsync(
                context, StatusCodes.Status403Forbidden, "Not with this key", "The key that you signed in with may not do this.");
            await page.ExecuteAsync(context);
        }
    }

    // Where no keys are needed, nobody has to sign in.
    private AccessRole? Nobody => needsKeys ? null : Caller.Anyone.Role;

    private async Task ReadAsync(HttpContext context)
    {
        if (context.Request.Cookies[Cookies.Session] is not { } secret)
        {
            return;
        }

        var address = context.Connection.RemoteIpAddress;
        if (await sessions.FindAsync(secret, !failures.AreTooMany(address), context.RequestAborted) is { } key)
        {
            context.Features.Set(new Signed(key, secret));
            Callers.Set(context, new Caller(key.Tenant, key.Role));
        }
        else
        {
            failures.Count(address);
        }
    }

    private static AccessRole? RoleFor(HttpContext context) =>
        (context.GetEndpoint()?.Metadata.GetMetadata<NeedsRole>() ?? NeedsRole.Default).Role;

    private static void Turn(HttpContext context)
    {
        if (context.Request.Path.StartsWithSegments("/live"))
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized; // a stream of changes cannot show a form
            return;
        }

        var to = HttpMethods.IsGet(context.Request.Method) ? context.Request.Path + context.Request.QueryString : "/";
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = $"/signin{QueryString.Create("to", to)}";
    }
}
