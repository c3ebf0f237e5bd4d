using System.Text.Json;
using BatchLLM.Jobs;
using BatchLLM.Postgres.Database;
using BatchLLM.Postgres.Jobs;
using BatchLLM.Retention;

namespace BatchLLM.Postgres.Retention;

/// <summary>
/// Which results are over, and how far their removal got: begun, which is never taken back, then removed. Any number of servers
/// may ask at once.
/// </summary>
public sealed class PostgresResultRetention(PostgresDatabase database)
{
    /// <summary>Results whose time is over, in order of their jobs' numbers.</summary>
    /// <param name="age">How long ago jobs ended at least that say nothing themselves, by the store's clock; null for none of those.</param>
    /// <param name="after">Only of later jobs.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="BatchLLMException">The database fails, here and below.</exception>
    public Task<IReadOnlyList<ExpiredResults>> ListAsync(TimeSpan? age, long after, int limit, CancellationToken cancellationToken) => database.RunAsync(
        session => session.QueryAsync<ExpiredResults>(
            "Retention/list_expired_results.sql", new { Seconds = age?.TotalSeconds, After = after, Limit = limit }),
        cancellationToken);

    /// <summary>Who is yet to read files.</summary>
    public Task<ResultReaders> ListReadersAsync(CancellationToken cancellationToken) => database.RunAsync(ListReadersAsync, cancellationToken);

    /// <summary>Begins to remove results: from here on nobody is given any of them, and no job is retried.</summary>
    /// <param name="ids">The jobs.</param>
    /// <param name="age">As above.</param>
    /// <param name="choose">Given those that still may go and who is to read files: those to remove. It runs under the jobs' locks.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>Those that were begun by this call.</returns>
    public Task<IReadOnlyList<long>> BeginAsync(
        IReadOnlyList<long> ids,
        TimeSpan? age,
        Func<IReadOnlyList<long>, ResultReaders, IReadOnlyList<long>> choose,
        CancellationToken cancellationToken) => database.RunAsync(
        async session =>
        {
            var locked = await session.QueryAsync<long>(
                "Retention/lock_expired_results.sql", new { Ids = ids.ToArray(), Seconds = age?.TotalSeconds });
            var chosen = choose(locked, await ListReadersAsync(session));
            await session.ExecuteAsync("Retention/begin_results_removal.sql", new { Ids = chosen.ToArray() });
            return chosen;
        },
        cancellationToken);

    /// <summary>
    /// Waits until nobody else removes results from an output, and keeps others from that, and jobs from being let run there, until
    /// what it returns is disposed, or until this process has died or lost its connection.
    /// </summary>
    public Task<IAsyncDisposable> LockOutputAsync(string outputUri, CancellationToken cancellationToken) =>
        database.LockAsync("Retention/lock_output_removal.sql", new { OutputUri = outputUri }, cancellationToken);

    /// <summary>Whether results under that lock are still to be removed, and a job that is to write to the same output; null for none.</summary>
    public Task<(bool IsToDo, long? Writer)> CheckAsync(ExpiredResults results, CancellationToken cancellationToken) => database.RunAsync(
        async session =>
        {
            var parameters = new { results.Id, JobId = results.Id, results.OutputUri };
            return (
                await session.FindAsync<bool>("Retention/is_in_removal.sql", parameters),
                await session.FindAsync<long?>("Queue/find_live_by_output.sql", parameters));
        },
        cancellationToken);

    /// <summary>Records what was found other than expected, for people, before it is over.</summary>
    public Task NoteAsync(long id, string note, CancellationToken cancellationToken) => database.RunAsync(
        session => session.ExecuteAsync("Retention/note_results_removal.sql", new { Id = id, Note = note }), cancellationToken);

    /// <summary>Records that the last file is gone.</summary>
    /// <param name="id">The job.</param>
    /// <param name="note">What was found other than expected, unless that is recorded already; null for nothing.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public Task EndAsync(long id, string? note, CancellationToken cancellationToken) => database.RunAsync(
        session => session.ExecuteAsync("Retention/end_results_removal.sql", new { Id = id, Note = note }), cancellationToken);

    /// <summary>The store's clock.</summary>
    public Task<DateTime> ReadClockAsync(CancellationToken cancellationToken) =>
        database.RunAsync(session => session.FindAsync<DateTime>("Retention/read_clock.sql", new { }), cancellationToken);

    /// <summary>Results that are being removed, or were at some time since.</summary>
    public Task<IReadOnlyList<ExpiredResults>> ListInRemovalAsync(DateTime since, CancellationToken cancellationToken) => database.RunAsync(
        session => session.QueryAsync<ExpiredResults>("Retention/list_results_in_removal.sql", new { Since = since }), cancellationToken);

    private static async Task<ResultReaders> ListReadersAsync(Session session)
    {
        var jobs = await session.QueryAsync<LiveJobRow>("Retention/list_live_jobs.sql", new { });
        var schedules = await session.QueryAsync<ComingFiringsRow>("Retention/list_coming_firings.sql", new { });
        return new ResultReaders(
            [.. jobs.Select(job => new LiveJob(job.Id, job.Name, job.SpecJson, InputsOf(job)))],
            [.. schedules.Select(schedule => new ComingFirings(schedule.Name, schedule.SpecJson, DateOnly.FromDateTime(schedule.Earliest)))]);
    }

    private static string[]? InputsOf(LiveJobRow job) => job.Inputs is null
        ? null
        : [.. JsonSerializer.Deserialize<InputFile[]>(job.Inputs, JobRow.Json)!.Select(input => input.Uri)];

    private sealed record LiveJobRow(long Id, string Name, string SpecJson, string? Inputs);

    private sealed record ComingFiringsRow(string Name, string SpecJson, DateTime Earliest);
}
