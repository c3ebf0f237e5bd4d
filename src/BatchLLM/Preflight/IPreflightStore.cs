namespace BatchLLM.Preflight;

/// <summary>Keeps reports with the jobs they are about, by the job's key: a preflight comes before its job.</summary>
public interface IPreflightStore
{
    /// <summary>Keeps a report in place of the key's former one.</summary>
    /// <param name="key">The job's key.</param>
    /// <param name="reportJson">A JSON object.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    Task SaveAsync(string key, string reportJson, CancellationToken cancellationToken);

    /// <summary>The key's report, or null.</summary>
    Task<string?> FindAsync(string key, CancellationToken cancellationToken);
}
