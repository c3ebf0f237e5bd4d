using BatchLLM.Blobs;
using BatchLLM.Jobs;
using BatchLLM.Postgres.Retention;
using BatchLLM.Retention;

namespace BatchLLM.Host.Retention;

/// <summary>
/// Whether results were being removed while a job's inputs were listed: a list of half of them would pass for a list of all. Removal
/// is recorded before the first file goes, so that who looks behind the list sees it.
/// </summary>
/// <param name="store">Knows what is being removed.</param>
internal sealed class InputsInRemoval(PostgresResultRetention store)
{
    /// <summary>Lists inputs, and refuses the list if it may lack files.</summary>
    /// <param name="inputs">Patterns, absolute.</param>
    /// <param name="list">Lists them.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="BatchLLMException">Transient: results that a pattern catches were being removed.</exception>
    public async Task<IReadOnlyList<InputFile>> ListAsync(
        IReadOnlyList<InputSpec> inputs, Func<Task<IReadOnlyList<InputFile>>> list, CancellationToken cancellationToken)
    {
        var since = await store.ReadClockAsync(cancellationToken);
        var files = await list();
        var removals = await store.ListInRemovalAsync(since, cancellationToken);
        return removals.FirstOrDefault(results => IsCaught(results, inputs)) is { } caught
            ? throw new BatchLLMException(
                FormattableString.Invariant($"Results of job {caught.Id} ({caught.Name}) that an input names are being removed, because their time is over. Look again when they are gone."),
                isTransient: true)
            : files;
    }

    private static bool IsCaught(ExpiredResults results, IReadOnlyList<InputSpec> inputs)
    {
        var patterns = inputs.Select(input => ResultReferences.Catching(input.Uri)).ToList();
        return ResultAddresses.Of(results).Select(BlobPath.Of).Any(file => patterns.Exists(catches => catches(file)));
    }
}
