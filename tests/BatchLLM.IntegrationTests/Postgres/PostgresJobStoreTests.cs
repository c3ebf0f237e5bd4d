using BatchLLM.Jobs;
using BatchLLM.Postgres.Database;
using BatchLLM.Postgres.Jobs;
using Dapper;
using Npgsql;
using Xunit;

namespace BatchLLM.IntegrationTests.Postgres;

/// <summary>The conformance suite over PostgreSQL, and what only PostgreSQL's store promises.</summary>
public sealed class PostgresJobStoreTests(TestCluster cluster) : JobStoreConformance
{
    private DatabaseAddress? _address;
    private PostgresDatabase? _database;

    public override async ValueTask DisposeAsync()
    {
        if (_database is not null)
        {
            await _database.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_hundred_thousand_shards_are_created_in_one_operation()
    {
        var shards = TestJobs.Shards(100_000);

        var (job, _) = await Store.CreateAsync(
            TestJobs.Job("k", shards.Length), shards, false, TestContext.Current.CancellationToken);

        Assert.Equal(100_000, job.ShardCount);
        Assert.Equal(shards[0].Range, Assert.Single(await Store.LeaseAsync(job, 1)).Shard.Range);
    }

    [Fact]
    public async Task Shards_that_do_not_add_up_to_the_job_are_refused()
    {
        var error = await Assert.ThrowsAsync<ArgumentException>(() => Store.CreateAsync(
            TestJobs.Job("k", 3), TestJobs.Shards(2), false, TestContext.Current.CancellationToken));

        Assert.StartsWith("The job has 30 rows, but its 2 shards hold 20.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_output_that_loses_a_row_is_refused()
    {
        var job = await Store.CreateAsync("k", 1);
        var lease = Assert.Single(await Store.LeaseAsync(job, 1));
        var output = TestJobs.Output(lease) with { Counts = new RowCounts(9, 0, 0, 1, 1) };

        await Assert.ThrowsAsync<ArgumentException>(
            () => Store.CommitAsync(lease, output, TestJobs.NeverPause, TestContext.Current.CancellationToken));
    }

    /// <summary>The store never asks for any of these; the tables refuse them all the same.</summary>
    [Theory]
    [InlineData("update batchllm.jobs set state = 'completed', finished_at = now(), receipt_sha256 = repeat('a', 64)")]
    [InlineData("update batchllm.jobs set state = 'paused'")]
    [InlineData("update batchllm.jobs set reason = 'none'")]
    [InlineData("update batchllm.jobs set finished_at = now()")]
    [InlineData("update batchllm.jobs set receipt_sha256 = repeat('a', 64)")]
    [InlineData("update batchllm.jobs set ok = row_count + 1")]
    [InlineData("update batchllm.jobs set committed_shards = shard_count + 1")]
    [InlineData("update batchllm.jobs set state = 'lost'")]
    [InlineData("update batchllm.shards set committed_at = now(), leased_until = null")]
    [InlineData("update batchllm.shards set ok = row_count")]
    [InlineData("update batchllm.shards set leased_until = now(), worker = null")]
    [InlineData("update batchllm.shards set errors_uri = 'file:///e'")]
    public async Task The_tables_refuse_impossible_states(string update)
    {
        await Store.CreateAsync("k", 1);
        await using var connection = new NpgsqlConnection(_address!.ConnectionString);

        var error = await Assert.ThrowsAsync<PostgresException>(() => connection.ExecuteAsync(update));

        Assert.Equal(PostgresErrorCodes.CheckViolation, error.SqlState);
    }

    protected override async Task<IJobStore> OpenEmptyAsync()
    {
        _address = await cluster.CreateDatabaseAsync();
        _database = await PostgresDatabase.OpenAsync(
            _address, new RetryPolicy(), TimeProvider.System, null, TestContext.Current.CancellationToken);
        return new PostgresJobStore(_database);
    }

    protected override async Task LetLeasesRunOutAsync()
    {
        await using var connection = new NpgsqlConnection(_address!.ConnectionString);
        await connection.ExecuteAsync(
            "update batchllm.shards set leased_until = now() - interval '1 second' where leased_until is not null");
    }
}
