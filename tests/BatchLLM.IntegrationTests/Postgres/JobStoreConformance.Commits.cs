using BatchLLM.Jobs;
using Xunit;

namespace BatchLLM.IntegrationTests.Postgres;

public abstract partial class JobStoreConformance
{
    [Fact]
    public async Task A_commit_adds_its_counts_to_the_job()
    {
        var job = await Store.CreateAsync("k", 3);
        var leases = await Store.LeaseAsync(job, 2);

        Assert.True(await Store.CommitAsync(leases[0], TestJobs.Output(leases[0]), TestJobs.NeverPause, Token));
        Assert.True(await Store.CommitAsync(leases[1], TestJobs.Output(leases[1], failed: 3), TestJobs.NeverPause, Token));

        job = await Store.GetAsync(job);
        var counts = new RowCounts(15, 2, 3, 200, 100) { SharedPromptTokens = 60, CopiedRows = 4 };
        Assert.Equal((2, counts), (job.CommittedShards, job.Counts));
    }

    [Fact]
    public async Task Committed_shards_are_listed_in_order_as_they_were_committed()
    {
        var job = await Store.CreateAsync("k", 3);
        var leases = await Store.LeaseAsync(job, 3);
        var outputs = leases.Select(lease => TestJobs.Output(lease, failed: lease.ShardIndex)).ToArray();
        await Store.CommitAsync(leases[2], outputs[2], TestJobs.NeverPause, Token);
        await Store.CommitAsync(leases[0], outputs[0], TestJobs.NeverPause, Token);

        var committed = await Store.ListCommittedAsync(job.Id, Token);

        Assert.Equal([0, 2], committed.Select(shard => shard.ShardIndex));
        Assert.Equal([outputs[0], outputs[2]], committed.Select(shard => shard.Output));
        Assert.Equal([leases[0].Epoch, leases[2].Epoch], committed.Select(shard => shard.Epoch));
        Assert.Equal(leases[2].Shard.Range, committed[1].Shard.Range);
    }

    [Fact]
    public async Task A_repeated_commit_is_true_and_adds_nothing()
    {
        var job = await Store.CreateAsync("k", 1);
        var lease = (await Store.LeaseAsync(job, 1))[0];
        await Store.CommitAsync(lease, TestJobs.Output(lease), TestJobs.NeverPause, Token);
        var once = await Store.GetAsync(job);

        Assert.True(await Store.CommitAsync(lease, TestJobs.Output(lease), TestJobs.NeverPause, Token));
        Assert.Equal(once.Counts, (await Store.GetAsync(job)).Counts);
        await Store.FinishAsync(job.Id, JobState.Running, TestJobs.Receipt('c'), Token);
        Assert.True(await Store.CommitAsync(lease, TestJobs.Output(lease), TestJobs.NeverPause, Token));
    }

    [Fact]
    public async Task Shards_are_committed_together_but_for_those_whose_lease_was_lost()
    {
        var job = await Store.CreateAsync("k", 4);
        var leases = await Store.LeaseAsync(job, 3);
        await Store.ReleaseAsync([leases[1]], Token);
        FinishedShard[] shards = [.. leases.Select(lease => new FinishedShard(lease, TestJobs.Output(lease, failed: lease.ShardIndex)))];

        bool[] expected = [true, false, true];
        Assert.Equal(expected, await Store.CommitAsync(shards, TestJobs.NeverPause, Token));
        Assert.Equal(expected, await Store.CommitAsync(shards, TestJobs.NeverPause, Token));

        job = await Store.GetAsync(job);
        Assert.Equal((2, 2L * TestJobs.RowsPerShard, 2), (job.CommittedShards, job.Counts.Done, job.Counts.Failed));
        Assert.Equal([shards[0].Output, shards[2].Output], (await Store.ListCommittedAsync(job.Id, Token)).Select(shard => shard.Output));
    }

    [Fact]
    public async Task Shards_of_two_jobs_or_one_of_them_twice_are_not_committed_together()
    {
        var (job, other) = (await Store.CreateAsync("k", 1), await Store.CreateAsync("other", 1));
        var (shard, others) = (await FinishedAsync(job), await FinishedAsync(other));

        await Assert.ThrowsAsync<ArgumentException>(() => Store.CommitAsync([], TestJobs.NeverPause, Token));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.CommitAsync([shard, others], TestJobs.NeverPause, Token));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.CommitAsync([shard, shard], TestJobs.NeverPause, Token));

        async Task<FinishedShard> FinishedAsync(Job from)
        {
            var lease = Assert.Single(await Store.LeaseAsync(from, 1));
            return new FinishedShard(lease, TestJobs.Output(lease));
        }
    }

    [Fact]
    public async Task Another_output_under_a_lease_that_is_used_up_is_garbage()
    {
        var job = await Store.CreateAsync("k", 1);
        var lease = (await Store.LeaseAsync(job, 1))[0];
        await Store.CommitAsync(lease, TestJobs.Output(lease), TestJobs.NeverPause, Token);

        Assert.False(await Store.CommitAsync(
            lease, TestJobs.Output(lease) with { Part = new(1, TestJobs.Receipt('f')) }, TestJobs.NeverPause, Token));
    }

    [Fact]
    public async Task A_commit_may_pause_the_job_and_decides_by_the_counts_that_it_makes()
    {
        var job = await Store.CreateAsync("k", 3);
        var leases = await Store.LeaseAsync(job, 3);

        Assert.True(await Store.CommitAsync(leases[0], TestJobs.Output(leases[0], failed: 2), Reason, Token));
        var running = await Store.GetAsync(job);
        Assert.True(await Store.CommitAsync(leases[1], TestJobs.Output(leases[1], failed: 3), Reason, Token));
        var paused = await Store.GetAsync(job);
        var others = await Store.LeaseAsync(job, 3);
        Assert.True(await Store.CommitAsync(leases[2], TestJobs.Output(leases[2]), Reason, Token));
        var last = await Store.GetAsync(job);

        Assert.Equal((JobState.Running, null), (running.State, running.Reason));
        Assert.Equal((JobState.Paused, "5 rows failed"), (paused.State, paused.Reason));
        Assert.Empty(others);
        Assert.Equal((JobState.Paused, "5 rows failed", 3), (last.State, last.Reason, last.CommittedShards));

        static string? Reason(RowCounts counts) => counts.Failed > 2 ? $"{counts.Failed} rows failed" : null;
    }

    [Fact]
    public async Task A_stale_epoch_cannot_commit_neither_before_nor_after_its_successor()
    {
        var job = await Store.CreateAsync("k", 1);
        var stale = (await Store.LeaseAsync(job, 1))[0];
        await LetLeasesRunOutAsync();
        var current = (await Store.LeaseAsync(job, 1))[0];

        Assert.False(await Store.CommitAsync(stale, TestJobs.Output(stale), TestJobs.NeverPause, Token));
        Assert.True(await Store.CommitAsync(current, TestJobs.Output(current), TestJobs.NeverPause, Token));
        Assert.False(await Store.CommitAsync(stale, TestJobs.Output(stale), TestJobs.NeverPause, Token));
        Assert.Equal(current.Epoch, Assert.Single(await Store.ListCommittedAsync(job.Id, Token)).Epoch);
        Assert.Equal(TestJobs.RowsPerShard, (await Store.GetAsync(job)).Counts.Done);
    }

    [Fact]
    public async Task A_lease_that_ran_out_but_that_nobody_took_commits()
    {
        var job = await Store.CreateAsync("k", 1);
        var lease = (await Store.LeaseAsync(job, 1))[0];
        await LetLeasesRunOutAsync();

        Assert.True(await Store.CommitAsync(lease, TestJobs.Output(lease), TestJobs.NeverPause, Token));
    }

    [Fact]
    public async Task Sixteen_workers_commit_each_shard_exactly_once()
    {
        var job = await Store.CreateAsync("k", 200);

        var commits = await Task.WhenAll(Enumerable.Range(0, 16).Select(WorkAsync));

        Assert.Equal(200, commits.Sum());
        var committed = await Store.ListCommittedAsync(job.Id, Token);
        Assert.Equal(Enumerable.Range(0, 200), committed.Select(shard => shard.ShardIndex));
        Assert.All(committed, shard => Assert.Equal(committed[0].Epoch, shard.Epoch));
        job = await Store.GetAsync(job);
        Assert.Equal((200, 200L * TestJobs.RowsPerShard), (job.CommittedShards, job.Counts.Done));

        async Task<int> WorkAsync(int worker)
        {
            var commits = 0;
            while (await Store.LeaseAsync(job.Id, $"worker-{worker}", 3, TestJobs.Minute, Token) is [_, ..] leases)
            {
                foreach (var lease in await Store.RenewAsync(leases, TestJobs.Minute, Token))
                {
                    commits += await Store.CommitAsync(lease, TestJobs.Output(lease), TestJobs.NeverPause, Token) ? 1 : 0;
                }
            }

            return commits;
        }
    }

    [Fact]
    public async Task Of_two_holders_of_one_shard_exactly_one_commits()
    {
        var job = await Store.CreateAsync("k", 40);
        var stale = await Store.LeaseAsync(job, 40);
        await LetLeasesRunOutAsync();

        // While the first holder commits all, the second takes what it can get and commits that.
        var first = Task.WhenAll(stale.Select(lease => Store.CommitAsync(lease, TestJobs.Output(lease), TestJobs.NeverPause, Token)));
        var current = await Store.LeaseAsync(job, 40);
        var second = await Task.WhenAll(
            current.Select(lease => Store.CommitAsync(lease, TestJobs.Output(lease), TestJobs.NeverPause, Token)));

        Assert.All(second, Assert.True);
        Assert.Equal(40, (await first).Count(won => won) + current.Count);
        Assert.Equal(40, (await Store.GetAsync(job)).CommittedShards);
    }
}
