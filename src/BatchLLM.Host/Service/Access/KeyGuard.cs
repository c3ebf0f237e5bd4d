using BatchLLM.Access;
using BatchLLM.Host.Service.Errors;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace BatchLLM.Host.Service.Access;

/// <summary>
/// Finds out who sends a request, and refuses those who may not. Keys, and tokens of an identity provider, come as
/// <c>Authorization: Bearer</c>, RFC 6750.
/// </summary>
/// <param name="keys">The keys.</param>
/// <param name="tokens">Reads tokens of the identity provider; null if there is none.</param>
/// <param name="failures">Who sent wrong ones.</param>
/// <param name="needsKeys">False to let everyone in who sends no key of ours.</param>
internal sealed class KeyGuard(KeyRing keys, JwtReader? tokens, FailedAttempts failures, bool needsKeys)
{
    private const string Scheme = "Bearer ";

    /// <summary>Lets a request pass, or answers it.</summary>
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var needed = (context.GetEndpoint()?.Metadata.GetMetadata<NeedsRole>() ?? NeedsRole.Default).Role;
        var problem = needed is { } role ? await AdmitAsync(context, role) : null;
        await (problem is null ? next(context) : problem.ExecuteAsync(context));
    }

    // What to answer; null if the request may pass.
    private async Task<ProblemHttpResult?> AdmitAsync(HttpContext context, AccessRole needed)
    {
        if (context.Features.Get<Caller>() is { } signedIn)
        {
            return Check(signedIn.Role, needed);
        }

        var sent = context.Request.Headers.Authorization.ToString();
        if (!needsKeys && !sent.Contains(AccessToken.Prefix, StringComparison.Ordinal))
        {
            // No key, or what clients of the OpenAI API send because they must send something.
            Callers.Set(context, Caller.Anyone);
            return null;
        }

        var token = sent.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? sent[Scheme.Length..].Trim() : "";
        return tokens is not null && JwtReader.MayBe(token)
            ? AdmitToken(context, needed, await tokens.ReadAsync(token, context.RequestAborted))
            : await AdmitKeyAsync(context, needed, token, wasSent: sent.Length > 0);
    }

    private async Task<ProblemHttpResult?> AdmitKeyAsync(HttpContext context, AccessRole needed, string token, bool wasSent)
    {
        var mayAsk = !failures.AreTooMany(context.Connection.RemoteIpAddress);
        if (await keys.FindAsync(token, mayAsk, context.RequestAborted) is not { } key)
        {
            return wasSent && !failures.Count(context.Connection.RemoteIpAddress) ? TooMany(context) : Unknown(context, ProblemWith(wasSent), wasSent);
        }

        Callers.Set(context, new Caller(key.Tenant, key.Role));
        return Check(key.Role, needed);
    }

    // Its signature is checked before anything else is asked for, so who sends wrong ones costs no more than the arithmetic.
    private ProblemHttpResult? AdmitToken(HttpContext context, AccessRole needed, JwtReading reading)
    {
        if (reading.Caller is { } caller)
        {
            Callers.Set(context, caller);
            return Check(caller.Role, needed);
        }

        return reading.Status switch
        {
            StatusCodes.Status401Unauthorized when !failures.Count(context.Connection.RemoteIpAddress) => TooMany(context),
            StatusCodes.Status401Unauthorized => Unknown(context, reading.Problem, wasSent: true),
            StatusCodes.Status403Forbidden => Problems.Of(reading.Status, "Not with this token", reading.Problem),
            _ => Problems.Of(reading.Status, "Nobody can say who it is", reading.Problem),
        };
    }

    private static ProblemHttpResult? Check(AccessRole role, AccessRole needed) => role >= needed ? null : Problems.Of(
        StatusCodes.Status403Forbidden,
        "Not with this role",
        $"The role of the key or token is {Name(role)}; expected {Name(needed)}.");

    private string ProblemWith(bool wasSent) => (wasSent, tokens) switch
    {
        (true, null) => "The key does not work: it is mistyped, expired or revoked. `batchllm keys list` tells an administrator.",
        (true, _) => "It is no key that works and no token: mistyped, expired or revoked. `batchllm keys list` tells an administrator.",
        (false, null) => "A key is needed: send `Authorization: Bearer bllm_...`. `batchllm keys create` makes one.",
        _ => "A key or a token is needed: send `Authorization: Bearer ...`. `batchllm keys create` makes a key, the identity provider a token.",
    };

    private static ProblemHttpResult Unknown(HttpContext context, string problem, bool wasSent)
    {
        context.Response.Headers[HeaderNames.WWWAuthenticate] =
            wasSent ? "Bearer realm=\"batchllm\", error=\"invalid_token\"" : "Bearer realm=\"batchllm\"";
        return Problems.Of(StatusCodes.Status401Unauthorized, "Who is it?", problem);
    }

    private static ProblemHttpResult TooMany(HttpContext context)
    {
        context.Response.Headers.RetryAfter = "1";
        return Problems.Of(
            StatusCodes.Status429TooManyRequests, "Too many wrong keys", "This address sent too many keys that do not work; wait a second.");
    }

    private static string Name(AccessRole role) => role.ToString().ToLowerInvariant();
}
