using BatchLLM.Jobs;
using BatchLLM.Rows;

namespace BatchLLM.IntegrationTests.Postgres;

/// <summary>Small jobs, shards and outputs.</summary>
internal static class TestJobs
{
    internal const int RowsPerShard = 10;

    internal static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    internal static readonly Func<RowCounts, string?> NeverPause = static _ => null;

    internal static string Receipt(char digit) => new(digit, 64);

    internal static NewJob Job(string key, int shards) => new(
        "tickets",
        key,
        """{ "name":"tickets",   "seed": 1.50e2 }""",
        "/models/tiny",
        "file:///out/tickets",
        [new InputFile("file:///in/tickets.jsonl", DataFormat.Jsonl, 12_345, "v1")],
        shards * (long)RowsPerShard);

    internal static NewShard[] Shards(int count) =>
    [
        .. Enumerable.Range(0, count).Select(index => new NewShard(
            0,
            new RowRange((index * (long)RowsPerShard) + 1, RowsPerShard, index * 1000L, (index * (long)RowsPerShard) + 1),
            [])),
    ];

    internal static ShardOutput Output(ShardLease lease, int failed = 0)
    {
        var name = $"part-{lease.ShardIndex:00000}-{lease.Epoch}";
        return new ShardOutput(
            new RowCounts(RowsPerShard - 1 - failed, 1, failed, 100, 50) { SharedPromptTokens = 30, CopiedRows = 2 },
            $"file:///out/tickets/{name}.jsonl",
            new BlobDigest(2048, Receipt('a')),
            failed == 0 ? null : $"file:///out/tickets/{name}.errors.jsonl",
            failed == 0 ? null : new BlobDigest(64, Receipt('b')));
    }

    internal static async Task<Job> CreateAsync(this IJobStore store, string key, int shards, bool again = false) =>
        (await store.CreateAsync(Job(key, shards), Shards(shards), again, CancellationToken.None)).Job;

    internal static Task<IReadOnlyList<ShardLease>> LeaseAsync(this IJobStore store, Job job, int most) =>
        store.LeaseAsync(job.Id, "worker-1", most, Minute, CancellationToken.None);

    internal static async Task<bool> CommitAsync(
        this IJobStore store, ShardLease lease, ShardOutput output, Func<RowCounts, string?> reasonToPause, CancellationToken token) =>
        (await store.CommitAsync([new FinishedShard(lease, output)], reasonToPause, token))[0];

    internal static async Task CommitAllAsync(this IJobStore store, Job job)
    {
        foreach (var lease in await store.LeaseAsync(job, int.MaxValue))
        {
            Xunit.Assert.True(await store.CommitAsync(lease, Output(lease), NeverPause, CancellationToken.None));
        }
    }

    internal static async Task<Job> CompleteAsync(this IJobStore store, Job job)
    {
        await store.CommitAllAsync(job);
        Xunit.Assert.True(await store.FinishAsync(job.Id, JobState.Running, Receipt('c'), CancellationToken.None));
        return await store.GetAsync(job);
    }

    internal static async Task<Job> GetAsync(this IJobStore store, Job job) =>
        await store.FindAsync(job.Id, CancellationToken.None) ?? throw new InvalidOperationException("The job is gone.");
}
