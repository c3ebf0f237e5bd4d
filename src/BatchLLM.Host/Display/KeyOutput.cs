using BatchLLM.Access;

namespace BatchLLM.Host.Display;

/// <summary>A key for <c>--json</c>.</summary>
internal sealed record KeyOutput
{
    public required long Key { get; init; }

    public required string Tenant { get; init; }

    public required string Role { get; init; }

    public required string Name { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public DateTimeOffset? RevokedAt { get; init; }

    public DateTimeOffset? LastUsedAt { get; init; }

    public required bool Usable { get; init; }

    /// <summary>The key itself, once, when it is made.</summary>
    public string? Token { get; init; }

    public static KeyOutput Of(ApiKey key) => new()
    {
        Key = key.Id,
        Tenant = key.Tenant,
        Role = key.Role.ToString().ToLowerInvariant(),
        Name = key.Name,
        CreatedAt = key.CreatedAt,
        ExpiresAt = key.ExpiresAt,
        RevokedAt = key.RevokedAt,
        LastUsedAt = key.LastUsedAt,
        Usable = key.IsUsable,
    };
}
