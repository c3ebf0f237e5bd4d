namespace BatchLLM.Host.Service.Access;

/// <summary>Whose tokens let callers in besides keys, and what of them says who they are.</summary>
/// <param name="Authority">The identity provider; its discovery document is below it (OpenID Connect Discovery 1.0).</param>
/// <param name="Audience">For whom its tokens must be: this service, as it is registered there.</param>
internal sealed record JwtSettings(Uri Authority, string Audience)
{
    /// <summary>The claim of a tenant, unless something else is said.</summary>
    public const string DefaultTenantClaim = "tenant";

    /// <summary>The claim of roles, unless something else is said.</summary>
    public const string DefaultRolesClaim = "roles";

    /// <summary>The claim that says whose jobs a token is about: its name, or the path of one within others, as <c>a.b</c>.</summary>
    public string TenantClaim { get; init; } = DefaultTenantClaim;

    /// <summary>The claim that says what a token allows; as <see cref="TenantClaim"/>.</summary>
    public string RolesClaim { get; init; } = DefaultRolesClaim;
}
