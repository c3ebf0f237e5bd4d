using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace BatchLLM.Host.Service.Pages;

/// <summary>
/// Ties a form to the browser that it was shown in: the token is a MAC under the cookie's secret, which no other site can read.
/// The framework's antiforgery does the same with keys that it keeps in files and that several servers would have to share.
/// </summary>
internal static class FormToken
{
    /// <summary>Name of the field.</summary>
    public const string Field = "token";

    private static readonly byte[] Purpose = Encoding.ASCII.GetBytes("form");

    /// <summary>The token for a page's forms; a browser without a secret gets one.</summary>
    public static string For(HttpContext context)
    {
        if (SecretOf(context) is { } secret)
        {
            return Of(secret);
        }

        var fresh = SessionSecret.Create();
        Cookies.Set(context, Cookies.Form, fresh, lifetime: null);
        return Of(fresh);
    }

    /// <summary>True if a form was sent by a page of this service, in the browser that it was shown in.</summary>
    /// <param name="context">The request.</param>
    /// <param name="token">The form's.</param>
    public static bool IsOurs(HttpContext context, string? token)
    {
        var site = context.Request.Headers["Sec-Fetch-Site"].ToString(); // of no browser's script can it be changed
        return site is "" or "same-origin"
            && SecretOf(context) is { } secret
            && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(token ?? ""), Encoding.UTF8.GetBytes(Of(secret)));
    }

    private static string? SecretOf(HttpContext context) =>
        context.Features.Get<Signed>()?.Secret
        ?? (context.Request.Cookies[Cookies.Form] is { } form && SessionSecret.IsOne(form) ? form : null);

    private static string Of(string secret) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.ASCII.GetBytes(secret), Purpose));
}
