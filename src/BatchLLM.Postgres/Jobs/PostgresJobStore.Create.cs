using BatchLLM.Jobs;
using BatchLLM.Postgres.Database;
using NpgsqlTypes;

namespace BatchLLM.Postgres.Jobs;

public sealed partial class PostgresJobStore
{
    /// <inheritdoc />
    /// <exception cref="ArgumentException">The job has no key, or the shards do not hold as many rows as the job.</exception>
    public Task<(Job Job, bool Created)> CreateAsync(
        NewJob job, IReadOnlyList<NewShard> shards, bool again, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(shards);
        Check(job, shards);
        var request = Guid.NewGuid();
        return database.RunAsync(
            session => CreateAsync(session, request, job, shards, again, cancellationToken), cancellationToken);
    }

    internal static void Check(NewJob job, IReadOnlyList<NewShard> shards)
    {
        ArgumentException.ThrowIfNullOrEmpty(job.Key, nameof(job));
        var rows = shards.Sum(shard => shard.Range.RowCount);
        if (rows != job.RowCount)
        {
            throw new ArgumentException(
                $"The job has {job.RowCount} rows, but its {shards.Count} shards hold {rows}.", nameof(shards));
        }
    }

    private static async Task<(Job Job, bool Created)> CreateAsync(
        Session session, Guid request, NewJob job, IReadOnlyList<NewShard> shards, bool again, CancellationToken token)
    {
        await session.ExecuteAsync("Jobs/lock_key.sql", new { job.Key });
        var run = await session.FindAsync<FoundRun>("Jobs/find_run.sql", new { job.Key, Request = request, Again = again })
            ?? await InsertAsync(session, request, job, shards, token);
        return ((await FindJobAsync(session, run.JobId))!, run.Created);
    }

    private static async Task<FoundRun> InsertAsync(
        Session session, Guid request, NewJob job, IReadOnlyList<NewShard> shards, CancellationToken token)
    {
        if (!await session.FindAsync<bool>("Queue/share_output.sql", new { job.OutputUri }))
        {
            throw new BatchLLMException(
                $"An earlier job's results are being removed from the same output, {job.OutputUri}. Try again when they are.", isTransient: true);
        }

        var jobId = await session.FindAsync<long>("Jobs/insert_job.sql", new
        {
            Request = request,
            job.Name,
            job.Key,
            Spec = job.SpecJson,
            job.Model,
            job.OutputUri,
            Inputs = JobRow.WriteInputs(job.Inputs),
            job.RowCount,
            ShardCount = shards.Count,
            job.TimeBudget,
            job.CanaryRows,
            job.KeepResults,
        });
        await CopyShardsAsync(session, jobId, shards, token);
        return new FoundRun(jobId, Created: true);
    }

    internal static async Task CopyShardsAsync(
        Session session, long jobId, IReadOnlyList<NewShard> shards, CancellationToken token)
    {
        await using var copy = await session.Connection.BeginBinaryImportAsync(
            EmbeddedSql.Load("Jobs/copy_shards.sql"), token);
        for (var index = 0; index < shards.Count; index++)
        {
            var (fileIndex, range, duplicateRows) = shards[index];
            await copy.StartRowAsync(token);
            await copy.WriteAsync(jobId, NpgsqlDbType.Bigint, token);
            await copy.WriteAsync(index, NpgsqlDbType.Integer, token);
            await copy.WriteAsync(fileIndex, NpgsqlDbType.Integer, token);
            await copy.WriteAsync(range.FirstRow, NpgsqlDbType.Bigint, token);
            await copy.WriteAsync(range.RowCount, NpgsqlDbType.Bigint, token);
            await copy.WriteAsync(range.ByteOffset, NpgsqlDbType.Bigint, token);
            await copy.WriteAsync(range.FirstLine, NpgsqlDbType.Bigint, token);
            await copy.WriteAsync(duplicateRows.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Bigint, token);
        }

        await copy.CompleteAsync(token);
    }

    private sealed record FoundRun(long JobId, bool Created);
}
