namespace BatchLLM.Host.Retention;

/// <summary>Whether results went.</summary>
internal enum ResultFate
{
    /// <summary>They went, or would.</summary>
    Removed,

    /// <summary>They stay, because something refers to them.</summary>
    Kept,

    /// <summary>They stay until the next time, because something outside failed.</summary>
    Failed,
}
