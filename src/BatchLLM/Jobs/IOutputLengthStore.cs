namespace BatchLLM.Jobs;

/// <summary>Keeps how long completions got, by the job's <see cref="SeriesKey"/>, for the plans of later jobs.</summary>
public interface IOutputLengthStore
{
    /// <summary>Keeps a profile in place of the series' former one.</summary>
    /// <param name="series">The key.</param>
    /// <param name="profileJson">A JSON object.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    Task SaveAsync(string series, string profileJson, CancellationToken cancellationToken);

    /// <summary>The series' profile, or null.</summary>
    Task<string?> FindAsync(string series, CancellationToken cancellationToken);
}
