namespace BatchLLM.Batches;

/// <summary>Which files to list; all that are not narrowed down.</summary>
public sealed record FileFilter
{
    /// <summary>Those of one tenant; null for all.</summary>
    public string? Tenant { get; init; }

    /// <summary>Those for one purpose; null for any.</summary>
    public FilePurpose? Purpose { get; init; }

    /// <summary>Those that follow the file of this id in the order asked for; null for the first page.</summary>
    public string? After { get; init; }

    /// <summary>True for the oldest first.</summary>
    public bool OldestFirst { get; init; }
}
