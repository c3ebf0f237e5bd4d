using BatchLLM.Access;
using BatchLLM.Host.Service.Errors;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace BatchLLM.Host.Service.Access;

/// <summary>Finds out who sends a request, and refuses those who may not. Keys come as <c>Authorization: Bearer</c>, RFC 6750.</summary>
/// <param name="keys">The keys.</param>
/// <param name="failures">Who sent wrong ones.</param>
/// <param name="needsKeys">False to let everyone in who sends no key of ours.</param>
internal sealed class KeyGuard(KeyRing keys, FailedAttempts failures, bool needsKeys)
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
        var mayAsk = !failures.AreTooMany(context.Connection.RemoteIpAddress);
        if (await keys.FindAsync(token, mayAsk, context.RequestAborted) is not { } key)
        {
            return sent.Length > 0 && !failures.Count(context.Connection.RemoteIpAddress)
                ? TooMany(context)
                : Unknown(context, wasSent: sent.Length > 0);
        }

        Callers.Set(context, new Caller(key.Tenant, key.Role));
        return Check(key.Role, needed);
    }

    private static ProblemHttpResult? Check(AccessRole role, AccessRole needed) => role >= needed ? null : Problems.Of(
        StatusCodes.Status403Forbidden,
        "Not with this key",
        $"The key's role is {Name(role)}; expected {Name(needed)}.");

    private static ProblemHttpResult Unknown(HttpContext context, bool wasSent)
    {
        context.Response.Headers[HeaderNames.WWWAuthenticate] =
            wasSent ? "Bearer realm=\"batchllm\", error=\"invalid_token\"" : "Bearer realm=\"batchllm\"";
        return Problems.Of(
            StatusCodes.Status401Unauthorized,
            "Who is it?",
            wasSent
                ? "The key does not work: it is mistyped, expired or revoked. `batchllm keys list` tells an administrator."
                : "A key is needed: send `Authorization: Bearer bllm_...`. `batchllm keys create` makes one.");
    }

    private static ProblemHttpResult TooMany(HttpContext context)
    {
        context.Response.Headers.RetryAfter = "1";
        return Problems.Of(
            StatusCodes.Status429TooManyRequests, "Too many wrong keys", "This address sent too many keys that do not work; wait a second.");
    }

    private static string Name(AccessRole role) => role.ToString().ToLowerInvariant();
}
