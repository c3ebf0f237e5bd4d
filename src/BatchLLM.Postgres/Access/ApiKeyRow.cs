using BatchLLM.Access;

namespace BatchLLM.Postgres.Access;

/// <summary>A row of <c>batchllm.api_keys</c>, as the statements select it.</summary>
internal sealed class ApiKeyRow
{
    public required long Id { get; init; }

    public required string Tenant { get; init; }

    public required string Role { get; init; }

    public required string Name { get; init; }

    public required DateTime CreatedAt { get; init; }

    public DateTime? ExpiresAt { get; init; }

    public DateTime? RevokedAt { get; init; }

    public DateTime? LastUsedAt { get; init; }

    public required bool IsUsable { get; init; }

    internal ApiKey ToKey() => new()
    {
        Id = Id,
        Tenant = Tenant,
        Role = Enum.Parse<AccessRole>(Role, ignoreCase: true),
        Name = Name,
        CreatedAt = CreatedAt,
        ExpiresAt = ExpiresAt,
        RevokedAt = RevokedAt,
        LastUsedAt = LastUsedAt,
        IsUsable = IsUsable,
    };
}
