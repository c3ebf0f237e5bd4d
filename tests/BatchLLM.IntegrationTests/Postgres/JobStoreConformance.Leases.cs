using BatchLLM.Jobs;
using Xunit;

namespace BatchLLM.IntegrationTests.Postgres;

public abstract partial class JobStoreConformance
{
    [Fact]
    public async Task The_lowest_free_shards_are_leased()
    {
        var job = await Store.CreateAsync("k", 5);

        Assert.Equal([0, 1], (await Store.LeaseAsync(job, 2)).Select(lease => lease.ShardIndex));
        Assert.Equal([2, 3, 4], (await Store.LeaseAsync(job, 9)).Select(lease => lease.ShardIndex));
        Assert.Empty(await Store.LeaseAsync(job, 9));
    }

    [Fact]
    public async Task A_lease_that_ran_out_is_free_and_its_next_epoch_is_new()
    {
        var job = await Store.CreateAsync("k", 1);
        var first = Assert.Single(await Store.LeaseAsync(job, 1));
        Assert.Empty(await Store.LeaseAsync(job, 1));

        await LetLeasesRunOutAsync();

        var second = Assert.Single(await Store.LeaseAsync(job, 1));
        Assert.True(second.Epoch > first.Epoch);
    }

    [Fact]
    public async Task Only_a_running_job_is_leased()
    {
        var paused = await Store.CreateAsync("a", 1);
        await Store.PauseAsync(paused.Id, "enough", Token);
        var cancelled = await Store.CreateAsync("b", 1);
        await Store.CancelAsync(cancelled.Id, "mistake", Token);
        var completed = await Store.CompleteAsync(await Store.CreateAsync("c", 1));

        Assert.Empty(await Store.LeaseAsync(paused, 1));
        Assert.Empty(await Store.LeaseAsync(cancelled, 1));
        Assert.Empty(await Store.LeaseAsync(completed, 1));
    }

    [Fact]
    public async Task A_committed_shard_is_never_leased_again()
    {
        var job = await Store.CreateAsync("k", 2);
        var lease = (await Store.LeaseAsync(job, 1))[0];
        await Store.CommitAsync(lease, TestJobs.Output(lease), TestJobs.NeverPause, Token);

        await LetLeasesRunOutAsync();

        Assert.Equal([1], (await Store.LeaseAsync(job, 9)).Select(other => other.ShardIndex));
    }

    [Fact]
    public async Task Leases_are_renewed_while_they_are_held()
    {
        var job = await Store.CreateAsync("k", 2);
        var other = await Store.CreateAsync("l", 1);
        ShardLease[] leases = [.. await Store.LeaseAsync(job, 2), .. await Store.LeaseAsync(other, 1)];

        Assert.Equal(leases, await Store.RenewAsync(leases, TestJobs.Minute, Token));
        Assert.Empty(await Store.RenewAsync([], TestJobs.Minute, Token));
    }

    [Fact]
    public async Task A_lease_that_ran_out_but_that_nobody_took_is_renewed()
    {
        var job = await Store.CreateAsync("k", 1);
        var leases = await Store.LeaseAsync(job, 1);
        await LetLeasesRunOutAsync();

        Assert.Equal(leases, await Store.RenewAsync(leases, TestJobs.Minute, Token));
        Assert.Empty(await Store.LeaseAsync(job, 1));
    }

    [Fact]
    public async Task Lost_and_committed_leases_are_not_renewed()
    {
        var job = await Store.CreateAsync("k", 3);
        var leases = await Store.LeaseAsync(job, 3);
        await Store.CommitAsync(leases[2], TestJobs.Output(leases[2]), TestJobs.NeverPause, Token);
        await LetLeasesRunOutAsync();
        Assert.Single(await Store.LeaseAsync(job, 1));

        Assert.Equal([leases[1]], await Store.RenewAsync(leases, TestJobs.Minute, Token));
    }

    [Fact]
    public async Task Released_shards_are_free_at_once_and_lost_to_who_released_them()
    {
        var job = await Store.CreateAsync("k", 2);
        var leases = await Store.LeaseAsync(job, 2);

        await Store.ReleaseAsync(leases, Token);
        await Store.ReleaseAsync(leases, Token);

        Assert.Empty(await Store.RenewAsync(leases, TestJobs.Minute, Token));
        Assert.False(await Store.CommitAsync(leases[0], TestJobs.Output(leases[0]), TestJobs.NeverPause, Token));
        var again = await Store.LeaseAsync(job, 2);
        Assert.Equal([0, 1], again.Select(lease => lease.ShardIndex));
        Assert.All(again.Zip(leases), pair => Assert.True(pair.First.Epoch > pair.Second.Epoch));
    }

    [Fact]
    public async Task Releasing_a_lost_or_committed_lease_changes_nothing()
    {
        var job = await Store.CreateAsync("k", 2);
        var lost = await Store.LeaseAsync(job, 1);
        await LetLeasesRunOutAsync();
        var held = Assert.Single(await Store.LeaseAsync(job, 1));
        var committed = Assert.Single(await Store.LeaseAsync(job, 1));
        await Store.CommitAsync(committed, TestJobs.Output(committed), TestJobs.NeverPause, Token);

        await Store.ReleaseAsync([lost[0], committed], Token);

        Assert.Empty(await Store.LeaseAsync(job, 2));
        Assert.True(await Store.CommitAsync(held, TestJobs.Output(held), TestJobs.NeverPause, Token));
        Assert.Equal(2, (await Store.GetAsync(job)).CommittedShards);
    }

    [Fact]
    public async Task A_dead_workers_leases_are_free_at_once_and_lost_to_it()
    {
        var job = await Store.CreateAsync("k", 3);
        var dead = await Store.LeaseAsync(job.Id, "dead", 2, TimeSpan.FromMinutes(5), Token);
        await Store.LeaseAsync(job.Id, "alive", 1, TimeSpan.FromMinutes(5), Token);
        Assert.Equal(["alive", "dead"], await Store.ListWorkersAsync(job.Id, Token));

        await Store.ReleaseWorkerAsync(job.Id, "dead", Token);

        Assert.Equal(["alive"], await Store.ListWorkersAsync(job.Id, Token));
        Assert.False(await Store.CommitAsync(dead[0], TestJobs.Output(dead[0]), TestJobs.NeverPause, Token));
        Assert.Equal([0, 1], (await Store.LeaseAsync(job, 9)).Select(lease => lease.ShardIndex));
    }
}
