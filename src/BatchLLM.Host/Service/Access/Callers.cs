using Microsoft.AspNetCore.Http;

namespace BatchLLM.Host.Service.Access;

/// <summary>Who sent a request, as <see cref="KeyGuard"/> found out.</summary>
internal static class Callers
{
    /// <summary>Who sent it.</summary>
    /// <exception cref="InvalidOperationException">The endpoint is for anyone, so nobody was asked who they are.</exception>
    public static Caller Of(HttpContext request) =>
        request.Features.Get<Caller>() ?? throw new InvalidOperationException("Nobody was asked for a key here.");

    /// <summary>Keeps who sent it.</summary>
    public static void Set(HttpContext request, Caller caller) => request.Features.Set(caller);
}
