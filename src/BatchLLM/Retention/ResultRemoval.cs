using System.Globalization;

namespace BatchLLM.Retention;

/// <summary>That a job's results are removed because their time was over. The job's row stays, with its counts.</summary>
/// <param name="BeganAt">When it was decided; from then on nobody is given any of them.</param>
/// <param name="EndedAt">When the last file was gone; null while some may still stand.</param>
/// <param name="Note">What was found other than expected, for people: files that were left, or that no receipt was there. Null for nothing.</param>
public sealed record ResultRemoval(DateTimeOffset BeganAt, DateTimeOffset? EndedAt, string? Note)
{
    /// <summary>What became of the results, from <c>results</c> on to the full stop.</summary>
    public string Say() => EndedAt is { } ended
        ? string.Create(CultureInfo.InvariantCulture, $"results were removed at {ended.UtcDateTime:yyyy-MM-dd HH:mm:ss'Z'}{(Note is null ? "" : $"; {Note}")}.")
        : "results are being removed, because their time is over.";
}
