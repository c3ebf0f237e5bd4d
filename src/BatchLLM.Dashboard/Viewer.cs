namespace BatchLLM.Dashboard;

/// <summary>Who looks at a page, and how.</summary>
public sealed record Viewer
{
    /// <summary>Colours: <c>auto</c>, <c>light</c> or <c>dark</c>.</summary>
    public required string Theme { get; init; }

    /// <summary>What every form sends, so that no other site's page can send one.</summary>
    public required string FormToken { get; init; }

    /// <summary>True if buttons that change jobs are shown.</summary>
    public required bool MayChange { get; init; }

    /// <summary>True if all tenants' jobs are shown, and the workers.</summary>
    public required bool SeesAll { get; init; }

    /// <summary>Name of the key that somebody signed in with; null where nobody signs in.</summary>
    public string? SignedInAs { get; init; }

    /// <summary>The page's own path and query, to come back to.</summary>
    public required string Path { get; init; }
}
