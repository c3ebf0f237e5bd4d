using BatchLLM.Access;
using Microsoft.AspNetCore.Builder;

namespace BatchLLM.Host.Service.Access;

/// <summary>Says of an endpoint which role may use it. One that says nothing is for everyone who has a key.</summary>
/// <param name="Role">The least role; null for anyone, with or without a key.</param>
internal sealed record NeedsRole(AccessRole? Role)
{
    /// <summary>For an endpoint that says nothing.</summary>
    public static NeedsRole Default { get; } = new(AccessRole.Read);
}

/// <summary>Marks endpoints.</summary>
internal static class NeedsRoleExtensions
{
    /// <summary>Only for those who have a role, or one above it.</summary>
    public static T For<T>(this T endpoint, AccessRole role)
        where T : IEndpointConventionBuilder => endpoint.WithMetadata(new NeedsRole(role));

    /// <summary>For anyone, with or without a key.</summary>
    public static T ForAnyone<T>(this T endpoint)
        where T : IEndpointConventionBuilder => endpoint.WithMetadata(new NeedsRole(Role: null));
}
