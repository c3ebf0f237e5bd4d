namespace BatchLLM.Jobs;

/// <summary>Which jobs to list; all that are not narrowed down.</summary>
public sealed record JobFilter
{
    /// <summary>Those of one tenant; null for all.</summary>
    public string? Tenant { get; init; }

    /// <summary>Those in one of these states; empty for any.</summary>
    public IReadOnlyList<JobState> States { get; init; } = [];

    /// <summary>Those of exactly this name; null for any.</summary>
    public string? Name { get; init; }

    /// <summary>Those with a smaller number: the last one of the page before. Null for the first page.</summary>
    public long? Before { get; init; }
}
