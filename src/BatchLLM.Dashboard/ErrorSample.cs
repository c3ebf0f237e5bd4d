namespace BatchLLM.Dashboard;

/// <summary>A job's failed rows, by their errors.</summary>
/// <param name="Classes">The most frequent first.</param>
/// <param name="Seen">Failed rows that were looked at: the first ones, if there are many.</param>
/// <param name="Trouble">Why they cannot be read; null if they can.</param>
public sealed record ErrorSample(IReadOnlyList<ErrorClass> Classes, long Seen, string? Trouble)
{
    /// <summary>Of a job without any.</summary>
    public static ErrorSample None { get; } = new([], 0, null);
}
