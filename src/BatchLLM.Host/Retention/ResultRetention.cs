using System.Runtime.CompilerServices;
using BatchLLM.Host.Commands;
using BatchLLM.Host.Jobs;
using BatchLLM.Postgres.Retention;
using BatchLLM.Retention;

namespace BatchLLM.Host.Retention;

/// <summary>
/// Removes results whose time is over. It is decided and recorded in one transaction, then files go, then that is recorded: who
/// dies in between leaves what the next one goes on with.
/// </summary>
/// <param name="store">Knows whose time is over.</param>
internal sealed class ResultRetention(PostgresResultRetention store)
{
    private const int AtOnce = 100;

    /// <summary>Removes them; it may be ended at any moment and begun again.</summary>
    /// <param name="age">How long ago jobs ended at least that say nothing themselves; null for none of those.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What became of each, as it does.</returns>
    /// <exception cref="BatchLLMException">The database fails.</exception>
    public async IAsyncEnumerable<ResultOutcome> RemoveAsync(TimeSpan? age, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var places = new FailedPlaces();
        await foreach (var page in PagesAsync(age, cancellationToken))
        {
            var reached = new List<ExpiredResults>();
            foreach (var results in page)
            {
                var outcome = results.KeptFor is { } reason ? Kept(results, reason) : await ReachAsync(results, places, cancellationToken);
                if (outcome is null)
                {
                    reached.Add(results);
                }
                else
                {
                    yield return outcome;
                }
            }

            var kept = await BeginAsync(reached, age, cancellationToken);
            foreach (var results in reached)
            {
                if ((kept.GetValueOrDefault(results.Id) ?? await RemoveAsync(results, cancellationToken)) is { } outcome)
                {
                    yield return outcome;
                }
            }
        }
    }

    /// <summary>What would become of each now, as far as the database says it.</summary>
    /// <param name="age">As above.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="BatchLLMException">The database fails.</exception>
    public async IAsyncEnumerable<ResultOutcome> LookAsync(TimeSpan? age, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var references = new ResultReferences(await store.ListReadersAsync(cancellationToken));
        await foreach (var page in PagesAsync(age, cancellationToken))
        {
            foreach (var results in page)
            {
                var reason = results.IsBegun ? null : results.KeptFor ?? ReasonToKeep(results, references);
                yield return reason is null ? new ResultOutcome(results, ResultFate.Removed, Files: 0, Note: null) : Kept(results, reason);
            }
        }
    }

    private async IAsyncEnumerable<IReadOnlyList<ExpiredResults>> PagesAsync(
        TimeSpan? age, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var after = 0L;
        while (await store.ListAsync(age, after, AtOnce, cancellationToken) is { Count: > 0 } page)
        {
            yield return page;
            after = page[^1].Id;
        }
    }

    /// <summary>Null if the place can be reached. Only then they are begun: what nobody can remove may still be read.</summary>
    private static async Task<ResultOutcome?> ReachAsync(ExpiredResults results, FailedPlaces places, CancellationToken cancellationToken)
    {
        if (places.Find(results.OutputUri) is { } trouble)
        {
            return Failed(results, trouble);
        }

        try
        {
            await FilesOf(results).ReachAsync(cancellationToken);
            return null;
        }
        catch (Exception e) when (e is BatchLLMException or UsageException)
        {
            places.Add(results.OutputUri, e.Message);
            return Failed(results, e.Message);
        }
    }

    /// <summary>Begins those that nobody refers to; the others, by their jobs' numbers.</summary>
    private async Task<Dictionary<long, ResultOutcome?>> BeginAsync(
        List<ExpiredResults> reached, TimeSpan? age, CancellationToken cancellationToken)
    {
        var fresh = reached.Where(results => !results.IsBegun).ToDictionary(results => results.Id);
        var kept = new Dictionary<long, ResultOutcome?>();
        if (fresh.Count > 0)
        {
            await store.BeginAsync([.. fresh.Keys], age, Choose, cancellationToken);
        }

        return kept;

        IReadOnlyList<long> Choose(IReadOnlyList<long> locked, ResultReaders readers)
        {
            var references = new ResultReferences(readers);
            kept = locked
                .Select(id => (Results: fresh[id], Reason: ReasonToKeep(fresh[id], references)))
                .Where(found => found.Reason is not null)
                .ToDictionary(found => found.Results.Id, found => (ResultOutcome?)Kept(found.Results, found.Reason!));
            return [.. locked.Where(id => !kept.ContainsKey(id))];
        }
    }

    /// <summary>Null if they are not, or no more, to be removed: another server did, or somebody retried the job.</summary>
    private async Task<ResultOutcome?> RemoveAsync(ExpiredResults results, CancellationToken cancellationToken)
    {
        try
        {
            await using var hold = await store.LockOutputAsync(results.OutputUri, cancellationToken);
            switch (await store.CheckAsync(results, cancellationToken))
            {
                case { IsToDo: false }:
                    return null;
                case { Writer: { } writer }:
                    // Its publishing removes what the former receipt names, and puts its own files under the same names.
                    return Kept(results, FormattableString.Invariant($"job {writer} writes to the same output"));
            }

            var removed = await FilesOf(results).RemoveAsync(
                come => come.Note is { } note ? store.NoteAsync(results.Id, note, cancellationToken) : Task.CompletedTask, cancellationToken);

            // If the process dies here, the next finds no receipt any more, and the note of this one.
            await store.EndAsync(results.Id, removed.Note, cancellationToken);
            return new ResultOutcome(results, ResultFate.Removed, removed.Files, removed.Note);
        }
        catch (BatchLLMException e)
        {
            return Failed(results, e.Message);
        }
    }

    private static ResultFiles FilesOf(ExpiredResults results) =>
        new(JobAssembly.Blobs, ResultAddresses.LayoutOf(results), results.ReceiptSha256, CrashHook.Reach);

    private static string? ReasonToKeep(ExpiredResults results, ResultReferences references) =>
        references.Find(ResultAddresses.Of(results)) is { } who ? $"{who} is to read them" : null;

    private static ResultOutcome Kept(ExpiredResults results, string reason) => new(results, ResultFate.Kept, Files: 0, reason);

    private static ResultOutcome Failed(ExpiredResults results, string trouble) => new(results, ResultFate.Failed, Files: 0, trouble);
}
