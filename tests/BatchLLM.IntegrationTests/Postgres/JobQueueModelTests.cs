using BatchLLM.Jobs;
using Xunit;

namespace BatchLLM.IntegrationTests.Postgres;

/// <summary>
/// Random operations on queue and store, side by side with a model in memory: every answer is the model's, no constraint of
/// the tables is ever violated, and in the end every job can be brought to its end.
/// </summary>
public sealed class JobQueueModelTests(TestCluster cluster)
{
    private const int Operations = 400;
    private static readonly string[] Tenants = ["a", "b", "capped"];

    private readonly int _seed = Environment.TickCount;
    private readonly QueueModel _model = new("capped", mostLeasedShards: 2);
    private readonly List<PlanClaim> _claims = [];
    private readonly List<ShardLease> _leases = [];
    private readonly List<string> _done = [];
    private Random _random = new();
    private QueueBench? _bench;

    private QueueBench Bench => _bench ?? throw new InvalidOperationException("Not started.");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Random_operations_do_what_the_model_does_and_every_job_ends()
    {
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {_seed}");
        _random = new Random(_seed);
        await using var bench = _bench = await QueueBench.OpenAsync(cluster);
        await bench.ExecuteAsync("insert into batchllm.tenants (name, most_leased_shards) values ('capped', 2)");

        for (var i = 0; i < Operations; i++)
        {
            await StepAsync();
            await HoldClockAsync();
            await CompareAsync();
        }

        await EndAllAsync();
    }

    private Task StepAsync() => _random.Next(100) switch
    {
        < 12 => SubmitAsync(),
        < 32 => ClaimAsync(),
        < 42 => PlanAsync(),
        < 44 => FailAsync(),
        < 47 => ReturnAsync(),
        < 49 => RenewPlanAsync(),
        < 62 => LeaseAsync(),
        < 76 => CommitAsync(),
        < 79 => RenewAsync(),
        < 82 => ReleaseAsync(),
        < 85 => TransitAsync("pause", job => Bench.Store.PauseAsync(job.Id, "pause", Token), QueueModel.Pause),
        < 88 => TransitAsync("resume", job => Bench.Store.ResumeAsync(job.Id, null, Token), QueueModel.Resume),
        < 90 => TransitAsync("cancel", job => Bench.Store.CancelAsync(job.Id, "cancel", Token), QueueModel.Cancel),
        < 94 => FinishAsync(),
        < 97 => AskForMoreUrgentAsync(),
        _ => LetTimePassAsync(),
    };

    private async Task SubmitAsync()
    {
        // Few outputs, so that jobs wait for each other.
        var submission = QueueBench.Submission($"out-{_random.Next(6)}", Tenants[_random.Next(3)], _random.Next(3)) with
        {
            Deadline = _random.Next(2) == 0 ? null : new DateTimeOffset(2030, 1, 1 + _random.Next(3), 0, 0, 0, TimeSpan.Zero),
        };
        var (job, created) = await Bench.Queue.SubmitAsync(submission, Token);
        Log($"submit {job.Id}");
        _model.Submit(job.Id, submission);
        Assert.True(created);
    }

    private async Task ClaimAsync()
    {
        var expected = _model.Claim();
        var claimed = await Bench.Queue.ClaimAsync(QueueBench.Offer($"w{_random.Next(4)}"), Token);
        Same($"claim {claimed?.Job.Id}", expected, claimed is null ? null : (claimed.Job.Id, claimed.Plan?.Epoch));
        if (claimed?.Plan is { } plan)
        {
            _claims.Add(plan);
        }
    }

    private async Task PlanAsync()
    {
        if (AnyOf(_claims) is { } claim)
        {
            var shards = _random.Next(1, 4);
            Same($"plan {claim}", _model.Plan(claim, shards), await TryPlanAsync(claim, shards));
        }
    }

    private async Task<bool?> TryPlanAsync(PlanClaim claim, int shards)
    {
        try
        {
            return await Bench.PlanAsync(claim, shards);
        }
        catch (BatchLLMException exception) when (exception.IsTransient)
        {
            return null;
        }
    }

    private async Task FailAsync()
    {
        if (AnyOf(_claims) is { } claim)
        {
            Same($"fail {claim}", _model.Fail(claim), await Bench.Queue.FailAsync(claim, "fail", Token));
        }
    }

    private async Task ReturnAsync()
    {
        if (AnyOf(_claims) is { } claim)
        {
            var hasTrouble = _random.Next(2) == 0;
            Log($"return {claim} {hasTrouble}");
            _model.Return(claim, hasTrouble);
            await Bench.Queue.ReturnPlanAsync(claim, hasTrouble ? "trouble" : null, Token);
        }
    }

    private async Task RenewPlanAsync()
    {
        if (AnyOf(_claims) is { } claim)
        {
            Same($"renew {claim}", _model.Renew(claim), await Bench.Queue.RenewPlanAsync(claim, QueueBench.Hour, Token));
        }
    }

    private async Task LeaseAsync()
    {
        if (AnyOf(_model.Jobs) is { } job)
        {
            var most = _random.Next(3);
            var leases = await Bench.Store.LeaseAsync(job.Id, "w", most, QueueBench.Hour, Token);
            Same($"lease {job.Id}", _model.Lease(job, most), leases.Select(lease => (lease.ShardIndex, lease.Epoch)).ToList());
            _leases.AddRange(leases);
        }
    }

    private async Task CommitAsync()
    {
        if (AnyOf(_leases) is { } lease)
        {
            Same($"commit {lease}", _model.Commit(lease), await Bench.Store.CommitAsync(lease, TestJobs.Output(lease), TestJobs.NeverPause, Token));
        }
    }

    private async Task RenewAsync()
    {
        var some = _leases.Where(_ => _random.Next(3) == 0).ToList();
        Same("renew", _model.Renew(some), (await Bench.Store.RenewAsync(some, QueueBench.Hour, Token)).ToList());
    }

    private async Task ReleaseAsync()
    {
        if (AnyOf(_leases) is { } lease)
        {
            Log($"release {lease}");
            _model.Release(lease);
            await Bench.Store.ReleaseAsync([lease], Token);
        }
    }

    private async Task TransitAsync(string name, Func<ModelJob, Task<bool>> operation, Func<ModelJob, bool> model)
    {
        if (AnyOf(_model.Jobs) is { } job)
        {
            Same($"{name} {job.Id}", model(job), await operation(job));
        }
    }

    private Task FinishAsync()
    {
        var from = _random.Next(3) == 0 ? JobState.Cancelled : JobState.Running;
        return TransitAsync(
            $"finish {from}", job => Bench.Store.FinishAsync(job.Id, from, TestJobs.Receipt('c'), Token), job => QueueModel.Finish(job, from));
    }

    private async Task AskForMoreUrgentAsync()
    {
        if (AnyOf(_model.Jobs) is { } job)
        {
            var turnIsOver = _random.Next(2) == 0;
            Same(
                $"more urgent than {job.Id}", _model.HasMoreUrgent(job, turnIsOver),
                await Bench.Queue.HasMoreUrgentAsync(job.Id, QueueBench.Offer(), turnIsOver, Token));
        }
    }

    private async Task LetTimePassAsync()
    {
        Log("time passes");
        _model.LetTimePass();
        await Bench.LetTimePassAsync();
    }

    /// <summary>Nothing runs out by itself, however slow the machine is.</summary>
    private Task HoldClockAsync() => Bench.ExecuteAsync(
        "update batchllm.jobs set not_before = clock_timestamp() + interval '1 hour' where not_before > clock_timestamp()");

    private async Task CompareAsync()
    {
        var jobs = (await Bench.Queue.ListAsync(new JobFilter(), 10_000, Token)).Reverse();
        Same(
            "",
            _model.Jobs.Select(job => (
                job.Id, job.State, job.IsPlanned, job.Shards.Count, job.Shards.Count(shard => shard.IsCommitted), job.IsClaimed,
                job.HasReceipt)).ToList(),
            jobs.Select(job => (
                job.Id, job.State, job.IsPlanned, job.ShardCount, job.CommittedShards, job.Wait?.Planner is not null,
                job.ReceiptSha256 is not null)).ToList());
    }

    /// <summary>One worker that does as it is told ends everything that is not paused.</summary>
    private async Task EndAllAsync()
    {
        foreach (var job in _model.Jobs.Where(job => job.State == JobState.Paused))
        {
            Same($"resume {job.Id}", QueueModel.Resume(job), await Bench.Store.ResumeAsync(job.Id, null, Token));
        }

        await LetTimePassAsync();
        while (await Bench.Queue.ClaimAsync(QueueBench.Offer(), Token) is { } claimed)
        {
            Log($"end {claimed.Job.Id}");
            await EndAsync(claimed);
        }

        var left = await Bench.Queue.ListAsync(
            new JobFilter { States = [JobState.Queued, JobState.Running, JobState.Paused] }, 10_000, Token);
        Same("all have ended", 0, left.Count);
    }

    private async Task EndAsync(ClaimedJob claimed)
    {
        if (claimed.Plan is { } plan)
        {
            Assert.True(await Bench.PlanAsync(plan, 1));
        }

        while (await Bench.Store.LeaseAsync(claimed.Job, 10) is [_, ..] leases)
        {
            foreach (var lease in leases)
            {
                Assert.True(await Bench.Store.CommitAsync(lease, TestJobs.Output(lease), TestJobs.NeverPause, Token));
            }
        }

        Assert.True(await Bench.Store.FinishAsync(claimed.Job.Id, JobState.Running, TestJobs.Receipt('c'), Token));
    }

    private T? AnyOf<T>(List<T> list)
        where T : class
    {
        // Mostly one of the last, so that things move on; sometimes one that has long been lost.
        var from = _random.Next(4) == 0 ? 0 : Math.Max(0, list.Count - 6);
        return list.Count == 0 ? null : list[_random.Next(from, list.Count)];
    }

    private void Log(string operation) => _done.Add(operation);

    private void Same<T>(string operation, T expected, T actual)
    {
        Log(operation);
        try
        {
            Assert.Equal(expected, actual);
        }
        catch (Xunit.Sdk.XunitException exception)
        {
            throw new InvalidOperationException(
                $"Seed {_seed}, after {string.Join("; ", _done.TakeLast(30))}: {exception.Message}", exception);
        }
    }
}
