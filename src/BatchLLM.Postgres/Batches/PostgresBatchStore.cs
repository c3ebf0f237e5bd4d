using BatchLLM.Batches;
using BatchLLM.Postgres.Database;

namespace BatchLLM.Postgres.Batches;

/// <summary>Batches in PostgreSQL.</summary>
public sealed class PostgresBatchStore(PostgresDatabase database) : IBatchStore
{
    /// <inheritdoc/>
    public Task<Batch?> CreateAsync(NewBatch batch, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var parameters = BatchRow.Parameters(batch);
        return database.RunAsync(
            async session =>
            {
                var id = await session.FindAsync<string>("Batches/create_batch.sql", parameters)
                    ?? await session.FindAsync<string>("Batches/find_request.sql", parameters);
                return id is null ? null : await FindAsync(session, id);
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<Batch?> FindAsync(string id, CancellationToken cancellationToken) =>
        database.RunAsync(session => FindAsync(session, id), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<Batch>?> ListAsync(
        string? tenant, string? after, int limit, CancellationToken cancellationToken) => database.RunAsync(
        async session =>
        {
            var number = after is null
                ? null
                : await session.FindAsync<long?>("Batches/find_batch_number.sql", new { After = after, Tenant = tenant });
            return after is not null && number is null
                ? null
                : (IReadOnlyList<Batch>)[.. (await session.QueryAsync<BatchRow>(
                    "Batches/list_batches.sql", new { Tenant = tenant, Number = number, Limit = limit })).Select(row => row.ToBatch())];
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<bool> CancelAsync(string id, CancellationToken cancellationToken) => database.RunAsync(
        session => session.FindAsync<bool>("Batches/cancel_batch.sql", new { Id = id }), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> HoldAsync(int most, TimeSpan duration, CancellationToken cancellationToken) =>
        database.RunAsync(
            session => session.QueryAsync<string>(
                "Batches/hold_batches.sql", new { Most = most, Seconds = duration.TotalSeconds }),
            cancellationToken);

    /// <inheritdoc/>
    public Task KeepHoldingAsync(IReadOnlyCollection<string> ids, TimeSpan duration, CancellationToken cancellationToken) =>
        database.RunAsync(
            session => session.ExecuteAsync(
                "Batches/keep_holding.sql", new { Ids = ids.ToArray(), Seconds = duration.TotalSeconds }),
            cancellationToken);

    /// <inheritdoc/>
    public Task LetGoAsync(string id, CancellationToken cancellationToken) => database.RunAsync(
        session => session.ExecuteAsync("Batches/let_go.sql", new { Id = id }), cancellationToken);

    /// <inheritdoc/>
    public Task BeginAsync(string id, long jobId, string model, long requestCount, CancellationToken cancellationToken) =>
        database.RunAsync(
            session => session.ExecuteAsync(
                "Batches/begin_batch.sql", new { Id = id, JobId = jobId, Model = model, RequestCount = requestCount }),
            cancellationToken);

    /// <inheritdoc/>
    public Task FailAsync(string id, IReadOnlyList<BatchFault> faults, CancellationToken cancellationToken) => database.RunAsync(
        session => session.ExecuteAsync(
            "Batches/fail_batch.sql", new { Id = id, Faults = BatchRow.WriteFaults(faults) }),
        cancellationToken);

    /// <inheritdoc/>
    public Task FinishAsync(
        string id, BatchStatus end, NewFile? output, NewFile? errors, CancellationToken cancellationToken) => database.RunAsync(
        async session =>
        {
            foreach (var file in new[] { output, errors }.OfType<NewFile>())
            {
                await PostgresFileStore.AddAsync(session, file);
            }

            return await session.ExecuteAsync(
                "Batches/finish_batch.sql",
                new { Id = id, Ending = BatchStatuses.Name(end), OutputFileId = output?.Id, ErrorFileId = errors?.Id });
        },
        cancellationToken);

    private static async Task<Batch?> FindAsync(Session session, string id) =>
        (await session.FindAsync<BatchRow>("Batches/find_batch.sql", new { Id = id }))?.ToBatch();
}
