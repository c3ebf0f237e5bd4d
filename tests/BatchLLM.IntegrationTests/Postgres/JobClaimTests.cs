using BatchLLM.Jobs;
using BatchLLM.Postgres;
using Xunit;

namespace BatchLLM.IntegrationTests.Postgres;

/// <summary>Which job a worker gets.</summary>
public sealed class JobClaimTests(TestCluster cluster) : IAsyncLifetime
{
    private QueueBench? _bench;

    private QueueBench Bench => _bench ?? throw new InvalidOperationException("Not started.");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _bench = await QueueBench.OpenAsync(cluster);

    public ValueTask DisposeAsync() => Bench.DisposeAsync();

    [Fact]
    public async Task The_higher_priority_goes_first_then_the_earlier_deadline_then_the_older_job()
    {
        DateTimeOffset Day(int day) => new(2030, 1, day, 0, 0, 0, TimeSpan.Zero);
        async Task<long> SubmitAsync(string name, int priority, DateTimeOffset? deadline) => (await Bench.Queue.SubmitAsync(
            QueueBench.Submission(name, priority: priority) with { Deadline = deadline }, Token)).Job.Id;
        var old = await SubmitAsync("old", 0, null);
        var young = await SubmitAsync("young", 0, null);
        var low = await SubmitAsync("low", -1, Day(1));
        var late = await SubmitAsync("late", 0, Day(3));
        var early = await SubmitAsync("early", 0, Day(2));
        var high = await SubmitAsync("high", 1, null);

        Assert.Equal([high, early, late, old, young, low], await ClaimAllAsync());
    }

    [Fact]
    public async Task A_worker_gets_jobs_for_its_kind_of_device_only()
    {
        async Task<long> SubmitAsync(string name, string device) => (await Bench.Queue.SubmitAsync(
            QueueBench.Submission(name) with { SpecJson = $$"""{ "name": "{{name}}"{{device}} }""" }, Token)).Job.Id;
        async Task<long?> ClaimAsync(string device) =>
            (await Bench.Queue.ClaimAsync(QueueBench.Offer() with { Device = device }, Token))?.Job.Id;
        var unsaid = await SubmitAsync("unsaid", "");
        var cpu = await SubmitAsync("cpu", ", \"device\": \"cpu\"");
        var first = await SubmitAsync("first", ", \"device\": \"cuda\"");
        var other = await SubmitAsync("other", ", \"device\": \"cuda:3\"");

        Assert.Equal(first, await ClaimAsync("cuda"));
        Assert.Equal(other, await ClaimAsync("cuda"));
        Assert.Null(await ClaimAsync("cuda"));
        Assert.False(await Bench.Queue.HasMoreUrgentAsync(first, QueueBench.Offer() with { Device = "cuda" }, turnIsOver: true, Token));
        Assert.Equal(unsaid, await ClaimAsync("cpu"));
        Assert.Equal(cpu, await ClaimAsync("cpu"));
        Assert.Null(await ClaimAsync("cpu"));
    }

    [Fact]
    public async Task Of_equal_jobs_that_of_the_tenant_with_the_fewest_rows_under_lease_goes_first()
    {
        var greedy = await Bench.SubmitPlannedAsync("greedy", 10, "a");
        var modest = await Bench.SubmitPlannedAsync("modest", 10, "b");
        Assert.Equal(greedy.Id, (await Bench.Queue.ClaimAsync(QueueBench.Offer(), Token))!.Job.Id);

        await LeaseAsync(greedy, 1);
        Assert.Equal(modest.Id, (await Bench.Queue.ClaimAsync(QueueBench.Offer(), Token))!.Job.Id);
        await LeaseAsync(modest, 2);
        Assert.Equal(greedy.Id, (await Bench.Queue.ClaimAsync(QueueBench.Offer(), Token))!.Job.Id);
    }

    [Fact]
    public async Task A_tenant_with_many_jobs_is_not_planned_before_one_with_a_single_one()
    {
        var first = await Bench.SubmitAsync("a1", "a");
        var second = await Bench.SubmitAsync("a2", "a");
        var third = await Bench.SubmitAsync("a3", "a");
        var single = await Bench.SubmitAsync("b1", "b");

        Assert.Equal([first.Id, single.Id, second.Id, third.Id], await ClaimAllAsync());
    }

    [Fact]
    public async Task A_running_job_is_claimed_by_any_number_of_workers_while_it_has_a_free_shard()
    {
        var job = await Bench.SubmitPlannedAsync("a", 2);
        Assert.Null((await ClaimAsync("v"))!.Plan);
        Assert.Equal(job.Id, (await ClaimAsync("w"))!.Job.Id);

        await LeaseAsync(job, 1);
        Assert.Equal(job.Id, (await ClaimAsync("w"))!.Job.Id);
        await LeaseAsync(job, 1);
        Assert.Null(await ClaimAsync("w"));
        await Bench.LetTimePassAsync();
        Assert.Equal(job.Id, (await ClaimAsync("w"))!.Job.Id);
    }

    [Fact]
    public async Task Paused_jobs_are_not_claimed()
    {
        var running = await Bench.SubmitPlannedAsync("a", 1);
        var queued = await Bench.SubmitAsync("b");
        await Bench.Store.PauseAsync(running.Id, "r", Token);
        await Bench.Store.PauseAsync(queued.Id, "r", Token);

        Assert.Null(await ClaimAsync("w"));
    }

    [Fact]
    public async Task A_job_whose_publisher_died_is_published_by_one_other()
    {
        var job = await Bench.SubmitPlannedAsync("a", 1);
        await Bench.Store.CommitAllAsync(job);
        Assert.Null(await ClaimAsync("v"));
        await Bench.LetTimePassAsync();

        var claimed = await ClaimAsync("v");

        Assert.Equal((job.Id, null), (claimed!.Job.Id, claimed.Plan));
        Assert.Null(await ClaimAsync("w"));
        await Bench.LetTimePassAsync();
        Assert.Equal(job.Id, (await ClaimAsync("w"))!.Job.Id);
    }

    [Fact]
    public async Task A_job_whose_publisher_is_seen_to_be_alive_is_left_to_it()
    {
        var job = await Bench.SubmitPlannedAsync("a", 1);
        await Bench.Store.CommitAllAsync(job);
        await Bench.LetTimePassAsync();
        await Bench.Workers.BeatAsync(new WorkerBeat("v", "host", "1", WorkerState.Running, job.Id, []), Token);

        Assert.Null(await ClaimAsync("w"));
        await Bench.LetTimePassAsync();
        Assert.Equal(job.Id, (await ClaimAsync("w"))!.Job.Id);
    }

    [Fact]
    public async Task A_worker_gets_jobs_of_its_models_and_none_that_it_leaves_to_others()
    {
        var (other, _) = await Bench.Queue.SubmitAsync(QueueBench.Submission("a", priority: 1) with { Model = "/models/other" }, Token);
        var left = await Bench.SubmitAsync("b");
        var mine = await Bench.SubmitAsync("c");
        var offer = new WorkerOffer("w", [QueueBench.Model]) { Except = [left.Id] };

        Assert.Equal(mine.Id, (await Bench.Queue.ClaimAsync(offer, Token))!.Job.Id);
        Assert.Null(await Bench.Queue.ClaimAsync(offer, Token));
        Assert.Equal(other.Id, (await ClaimAsync("v"))!.Job.Id);
    }

    [Fact]
    public async Task Twenty_workers_at_once_claim_twenty_jobs()
    {
        var jobs = new List<long>();
        for (var i = 0; i < 20; i++)
        {
            jobs.Add((await Bench.SubmitAsync($"job-{i}")).Id);
        }

        var claims = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => ClaimAsync($"w{i}")));

        // Who asks while another holds the row gets the next; who finds every row held asks again.
        var claimed = claims.OfType<ClaimedJob>().Select(claim => claim.Job.Id).ToList();
        Assert.Equal(claimed.Distinct().Count(), claimed.Count);
        claimed.AddRange(await ClaimAllAsync());
        Assert.Equal(jobs, claimed.Order());
        Assert.All(claims.OfType<ClaimedJob>(), claim => Assert.Equal(1, claim.Plan!.Epoch));
    }

    [Fact]
    public async Task Twenty_workers_at_once_join_one_running_job()
    {
        var job = await Bench.SubmitPlannedAsync("a", 20);

        var claims = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => ClaimAsync($"w{i}")));

        Assert.All(claims, claim => Assert.Equal((job.Id, null), (claim!.Job.Id, claim.Plan)));
    }

    [Theory]
    [InlineData("a", 0, false, false)]
    [InlineData("a", 1, false, true)]
    [InlineData("b", 0, false, false)]
    [InlineData("b", 0, true, true)]
    [InlineData("a", 0, true, false)]
    [InlineData("b", -1, true, false)]
    public async Task A_job_gives_way_to_a_higher_priority_and_after_its_turn_to_a_tenant_for_whom_nobody_works(
        string tenant, int priority, bool turnIsOver, bool expected)
    {
        var job = await Bench.SubmitPlannedAsync("mine", 9, "a");
        await LeaseAsync(job, 1);
        await Bench.SubmitAsync("other", tenant, priority);

        Assert.Equal(expected, await Bench.Queue.HasMoreUrgentAsync(job.Id, QueueBench.Offer(), turnIsOver, Token));
        Assert.False(await Bench.Queue.HasMoreUrgentAsync(job.Id, new WorkerOffer("w", ["/models/none"]), turnIsOver, Token));
    }

    [Fact]
    public async Task A_tenant_holds_no_more_shards_than_it_may()
    {
        await Bench.ExecuteAsync("insert into batchllm.tenants (name, most_leased_shards) values ('small', 3)");
        var job = await Bench.SubmitPlannedAsync("a", 9, "small");
        var second = await Bench.SubmitPlannedAsync("b", 9, "small");

        var leases = await Bench.Store.LeaseAsync(job, 2);
        Assert.Single(await Bench.Store.LeaseAsync(second, 2));
        Assert.Empty(await Bench.Store.LeaseAsync(job, 2));
        Assert.Null(await ClaimAsync("w"));

        Assert.True(await Bench.Store.CommitAsync(leases[0], TestJobs.Output(leases[0]), TestJobs.NeverPause, Token));
        Assert.Equal(job.Id, (await ClaimAsync("w"))!.Job.Id);
        Assert.Single(await Bench.Store.LeaseAsync(job, 2));
    }

    [Fact]
    public async Task Leases_at_the_same_time_keep_to_what_a_tenant_may_hold()
    {
        await Bench.ExecuteAsync("insert into batchllm.tenants (name, most_leased_shards) values ('small', 5)");
        var job = await Bench.SubmitPlannedAsync("a", 40, "small");

        var leases = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Bench.Store.LeaseAsync(job, 2)));

        Assert.Equal(5, leases.Sum(some => some.Count));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("cuda")]
    public async Task Choosing_does_not_read_the_jobs_that_are_over(string? device)
    {
        await Bench.ExecuteAsync(
            """
            insert into batchllm.jobs (request, name, key, spec, model, output_uri, inputs, row_count, shard_count,
                                       committed_shards, ok, state, planned_at, finished_at, receipt_sha256)
            select gen_random_uuid(), 'old', 'k' || n, '{}', '/m', 'file:///out/' || n, '[]', 1, 1, 1, 1, 'completed', now(), now(),
                   repeat('a', 64)
              from generate_series(1, 10000) as n;
            insert into batchllm.shards (job_id, shard_index, file_index, first_row, row_count, byte_offset, first_line, epoch,
                                         committed_at, ok, truncated, failed, prompt_tokens, completion_tokens, part_length,
                                         part_uri, part_sha256)
            select id, 0, 0, 1, 1, 0, 0, 1, now(), 1, 0, 0, 0, 0, 0, 'u', 's' from batchllm.jobs;
            """);
        await Bench.SubmitPlannedAsync("a", 3);
        await Bench.SubmitAsync("b");
        await Bench.ExecuteAsync("vacuum analyze batchllm.jobs, batchllm.shards");
        var parameters = new { Models = Array.Empty<string>(), Except = Array.Empty<long>(), Worker = "w", Device = device, Seconds = 1.0 };

        var plan = string.Join('\n', await Bench.QueryAsync<string>(
            "explain " + EmbeddedSql.Load("Queue/claim_job.sql"), parameters));

        Assert.DoesNotContain("Seq Scan on jobs", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Seq Scan on shards", plan, StringComparison.Ordinal);
    }

    private Task<ClaimedJob?> ClaimAsync(string worker) => Bench.Queue.ClaimAsync(QueueBench.Offer(worker), Token);

    private async Task<List<long>> ClaimAllAsync()
    {
        var claimed = new List<long>();
        while (await ClaimAsync($"w{claimed.Count}") is { } claim)
        {
            claimed.Add(claim.Job.Id);
        }

        return claimed;
    }

    private async Task LeaseAsync(Job job, int shards) =>
        Assert.Equal(shards, (await Bench.Store.LeaseAsync(job, shards)).Count);
}
