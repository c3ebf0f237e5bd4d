using BatchLLM.Access;
using BatchLLM.Dashboard.Pages;
using BatchLLM.Host.Service.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BatchLLM.Host.Service.Pages;

/// <summary><c>/signin</c>, <c>/signout</c> and <c>/theme</c>.</summary>
internal static class SignInEndpoints
{
    private const string To = "to";

    private static readonly TimeSpan ThemeTime = TimeSpan.FromDays(365);

    public static void Map(IEndpointRouteBuilder pages, IEndpointRouteBuilder forms)
    {
        pages.MapGet("/signin", ShowAsync).ForAnyone();
        forms.MapPost("/signin", SignInAsync).ForAnyone();
        forms.MapPost("/signout", SignOutAsync).ForAnyone();
        forms.MapPost("/theme", SetTheme).ForAnyone();
    }

    private static Task<IResult> ShowAsync(HttpContext context, string? to) =>
        FormAsync(context, to, StatusCodes.Status200OK, problem: null);

    private static Task<IResult> FormAsync(HttpContext context, string? to, int status, string? problem) =>
        PageResult.RenderAsync<SignInPage>(
            status, ("Viewer", Viewers.Of(context)), ("To", Viewers.LocalPath(to)), ("Problem", problem));

    private static async Task<IResult> SignInAsync(
        HttpContext context, KeyRing keys, FailedAttempts failures, SessionRing sessions, CancellationToken cancellationToken)
    {
        var (form, address) = (context.Request.Form, context.Connection.RemoteIpAddress);
        var mayAsk = !failures.AreTooMany(address);
        if (await keys.FindAsync(form["key"].ToString().Trim(), mayAsk, cancellationToken) is { } key)
        {
            return await BeginAsync(context, key, sessions, cancellationToken);
        }

        if (!failures.Count(address))
        {
            context.Response.Headers.RetryAfter = "1";
            return await FormAsync(
                context, form[To], StatusCodes.Status429TooManyRequests, "This address sent too many keys that do not work; wait a second.");
        }

        return await FormAsync(
            context, form[To], StatusCodes.Status401Unauthorized, "The key does not work: it is mistyped, expired or revoked.");
    }

    private static async Task<IResult> BeginAsync(
        HttpContext context, ApiKey key, SessionRing sessions, CancellationToken cancellationToken)
    {
        Cookies.Set(context, Cookies.Session, await sessions.BeginAsync(key, cancellationToken), SessionRing.Lifetime);
        Cookies.Remove(context, Cookies.Form);
        return new SeeOther(Viewers.LocalPath(context.Request.Form[To]));
    }

    private static async Task<IResult> SignOutAsync(HttpContext context, SessionRing sessions, CancellationToken cancellationToken)
    {
        if (context.Features.Get<Signed>() is { } signed)
        {
            await sessions.EndAsync(signed.Secret, cancellationToken);
        }

        Cookies.Remove(context, Cookies.Session);
        return new SeeOther("/signin");
    }

    private static SeeOther SetTheme(HttpContext context)
    {
        Cookies.Set(context, Cookies.Theme, Viewers.ThemeOf(context.Request.Form["theme"]), ThemeTime);
        return new SeeOther(Viewers.LocalPath(context.Request.Form[To]));
    }
}
