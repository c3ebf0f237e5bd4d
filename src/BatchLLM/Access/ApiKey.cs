namespace BatchLLM.Access;

/// <summary>A key as the store holds it: all but the key itself.</summary>
public sealed record ApiKey
{
    /// <summary>Assigned by the store, ascending.</summary>
    public required long Id { get; init; }

    /// <summary>Whose jobs it is about.</summary>
    public required string Tenant { get; init; }

    /// <summary>What it allows.</summary>
    public required AccessRole Role { get; init; }

    /// <summary>For people: who has it, or what for.</summary>
    public required string Name { get; init; }

    /// <summary>When it was made, by the store's clock, as are all times here.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it stops working by itself; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>When somebody took it back; null if nobody has.</summary>
    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>When it was last used, to a minute or so; null for never.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>True if it works at this moment.</summary>
    public required bool IsUsable { get; init; }
}
