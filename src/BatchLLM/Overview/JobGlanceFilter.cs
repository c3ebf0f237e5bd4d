using BatchLLM.Jobs;

namespace BatchLLM.Overview;

/// <summary>Which jobs a page shows; all that are not narrowed down.</summary>
public sealed record JobGlanceFilter
{
    /// <summary>Those of one tenant; null for all.</summary>
    public string? Tenant { get; init; }

    /// <summary>Those in one state; null for any.</summary>
    public JobState? State { get; init; }

    /// <summary>Those whose name has it, upper or lower case, or whose number it is; null for any.</summary>
    public string? Text { get; init; }

    /// <summary>Those behind the last one of the page before; null for the first page.</summary>
    public JobPlace? After { get; init; }
}
