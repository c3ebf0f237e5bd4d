using BatchLLM.Postgres.Database;
using BatchLLM.Retention;

namespace BatchLLM.Postgres.Retention;

/// <summary>
/// Removes what is over. Any number of servers may do it at once: what one removes the others pass over, and each transaction
/// removes a job with all that is its own, or a bounded number of other rows.
/// </summary>
public sealed class PostgresRetention(PostgresDatabase database)
{
    private const int MostRows = 1000;

    /// <summary>Jobs that may be removed, at most <paramref name="limit"/>, the oldest first.</summary>
    /// <param name="age">How long ago they ended at least, by the store's clock, as below.</param>
    /// <param name="resultsExpire">
    /// True if results go some time too, as below: then a job stays until its are gone, because nobody else knows of them.
    /// </param>
    /// <param name="except">Jobs to leave out.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="BatchLLMException">The database fails, here and below.</exception>
    public Task<IReadOnlyList<RemovableJob>> ListJobsAsync(
        TimeSpan age, bool resultsExpire, IReadOnlyCollection<long> except, int limit, CancellationToken cancellationToken) => database.RunAsync(
        session => session.QueryAsync<RemovableJob>(
            "Retention/list_removable_jobs.sql", new { Seconds = age.TotalSeconds, ResultsExpire = resultsExpire, Except = except.ToArray(), Limit = limit }),
        cancellationToken);

    /// <summary>Removes one of them with its shards, firing, messages and batch; nothing if it may not be removed any more.</summary>
    public Task<RemovedRows> RemoveJobAsync(long id, TimeSpan age, bool resultsExpire, CancellationToken cancellationToken) => database.RunAsync(
        async session =>
        {
            var parameters = new { Id = id, Seconds = age.TotalSeconds, ResultsExpire = resultsExpire };
            if (await session.FindAsync<long?>("Retention/lock_removable_job.sql", parameters) is null)
            {
                return new RemovedRows();
            }

            return new RemovedRows(
                Shards: await session.ExecuteAsync("Retention/delete_job_shards.sql", parameters),
                Firings: await session.ExecuteAsync("Retention/delete_job_firings.sql", parameters),
                Batches: await session.ExecuteAsync("Retention/delete_job_batch.sql", parameters),
                Jobs: await session.ExecuteAsync("Retention/delete_job.sql", parameters));
        },
        cancellationToken);

    /// <summary>Removes some of what belongs to no job: firings and batches without one, preflights, files that are gone.</summary>
    public async Task<RemovedRows> RemoveOthersAsync(TimeSpan age, CancellationToken cancellationToken) => new(
        Firings: await DeleteAsync("Retention/delete_firings.sql", age, cancellationToken),
        Batches: await DeleteAsync("Retention/delete_batches.sql", age, cancellationToken),
        Preflights: await DeleteAsync("Retention/delete_preflights.sql", age, cancellationToken),
        Files: await DeleteAsync("Retention/delete_files.sql", age, cancellationToken));

    /// <summary>How many jobs could be removed now, with their shards and batches.</summary>
    public Task<RemovedRows> CountAsync(TimeSpan age, bool resultsExpire, CancellationToken cancellationToken) => database.RunAsync(
        async session =>
        {
            var count = await session.FindAsync<CountRow>("Retention/count_removable.sql", new { Seconds = age.TotalSeconds, ResultsExpire = resultsExpire });
            return new RemovedRows(count!.Jobs, count.Shards, count.Batches);
        },
        cancellationToken);

    /// <summary>Files of the OpenAI API without a lifetime of their own, older than <paramref name="age"/>, which no batch is to read.</summary>
    public Task<IReadOnlyList<string>> ListFilesAsync(TimeSpan age, int limit, CancellationToken cancellationToken) => database.RunAsync(
        session => session.QueryAsync<string>("Retention/list_old_files.sql", new { Seconds = age.TotalSeconds, Limit = limit }),
        cancellationToken);

    /// <summary>Those of some files' ids that no file has or had.</summary>
    public Task<IReadOnlyList<string>> FindUnknownFilesAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken) => database.RunAsync(
        session => session.QueryAsync<string>("Retention/list_unknown_files.sql", new { Ids = ids.ToArray() }), cancellationToken);

    private Task<int> DeleteAsync(string statement, TimeSpan age, CancellationToken cancellationToken) => database.RunAsync(
        session => session.ExecuteAsync(statement, new { Seconds = age.TotalSeconds, Limit = MostRows }), cancellationToken);

    private sealed record CountRow(long Jobs, long Shards, long Batches);
}
