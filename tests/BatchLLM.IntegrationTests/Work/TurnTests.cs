using BatchLLM.Host.Work;
using BatchLLM.IntegrationTests.Postgres;
using Xunit;

namespace BatchLLM.IntegrationTests.Work;

/// <summary>When a worker stays with a job, and which jobs it leaves alone.</summary>
public sealed class TurnTests(TestCluster cluster) : IAsyncLifetime
{
    private readonly ManualTime _time = new();
    private readonly CancellationTokenSource _drain = new();
    private QueueBench? _bench;

    private QueueBench Bench => _bench ?? throw new InvalidOperationException("Not started.");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _bench = await QueueBench.OpenAsync(cluster);

    public ValueTask DisposeAsync()
    {
        _drain.Dispose();
        return Bench.DisposeAsync();
    }

    [Fact]
    public async Task A_turn_goes_on_while_nothing_better_waits()
    {
        var turn = await StartAsync();
        await Bench.SubmitAsync("same tenant", "a");

        for (var second = 0; second < 100; second++)
        {
            Assert.True(await turn.MayLeaseAsync(Token));
            _time.Advance(1);
        }

        Assert.False(turn.GaveWay);
    }

    [Fact]
    public async Task A_higher_priority_ends_it_at_the_next_border_that_is_a_second_later()
    {
        var turn = await StartAsync();
        var urgent = await Bench.SubmitAsync("urgent", "a", priority: 1);

        Assert.True(await turn.MayLeaseAsync(Token));
        _time.Advance(1);
        Assert.False(await turn.MayLeaseAsync(Token));

        // It stays over, so that a window that was read before is not run after.
        await Bench.Store.CancelAsync(urgent.Id, "mistake", Token);
        _time.Advance(1);
        Assert.False(await turn.MayLeaseAsync(Token));
        Assert.True(turn.GaveWay);
    }

    [Fact]
    public async Task A_tenant_for_whom_nobody_works_ends_it_after_half_a_minute()
    {
        var turn = await StartAsync();
        await Bench.SubmitAsync("other", "b");

        _time.Advance(29);
        Assert.True(await turn.MayLeaseAsync(Token));
        _time.Advance(1);
        Assert.False(await turn.MayLeaseAsync(Token));
    }

    [Fact]
    public async Task Draining_ends_it_at_once_and_gives_way_to_nobody()
    {
        var turn = await StartAsync();

        await _drain.CancelAsync();

        Assert.False(await turn.MayLeaseAsync(Token));
        Assert.False(turn.GaveWay);
    }

    [Fact]
    public void A_job_is_left_alone_for_longer_each_time_until_it_is_forgotten()
    {
        var left = new LeftJobs(_time);

        Assert.Equal(5, left.Leave(1).TotalSeconds);
        Assert.Equal([1L], left.Now);
        _time.Advance(5);
        Assert.Empty(left.Now);
        Assert.Equal([10, 20, 40, 80, 160, 300, 300], Enumerable.Range(0, 7).Select(_ => left.Leave(1).TotalSeconds));
        left.Forget(1);
        Assert.Empty(left.Now);
        Assert.Equal(5, left.Leave(1).TotalSeconds);
    }

    private async Task<JobTurn> StartAsync()
    {
        var job = await Bench.SubmitPlannedAsync("mine", 9, "a");
        await Bench.Store.LeaseAsync(job, 1);
        return new JobTurn(Bench.Queue, job.Id, QueueBench.Offer(), _time, _drain.Token);
    }
}
