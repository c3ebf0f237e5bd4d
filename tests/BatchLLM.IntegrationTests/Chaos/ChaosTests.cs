using System.Globalization;
using System.Security.Cryptography;
using BatchLLM.IntegrationTests.Cli;
using BatchLLM.IntegrationTests.Postgres;
using BatchLLM.Jobs;
using BatchLLM.Postgres.Database;
using BatchLLM.Postgres.Queue;
using Npgsql;
using Xunit;

namespace BatchLLM.IntegrationTests.Chaos;

/// <summary>
/// A service to which everything happens at once, at random: whatever does, every job that was accepted ends, with each row exactly
/// once. BATCHLLM_TEST_SEED repeats a run's choices; BATCHLLM_TEST_CHAOS_STRIKES lets it last longer.
/// </summary>
public sealed class ChaosTests(CliFixture cli) : IClassFixture<CliFixture>
{
    private const int Workers = 3;
    private const int MostMoves = 15;

    private static readonly int Strikes = Number("BATCHLLM_TEST_CHAOS_STRIKES") ?? 10;

    private readonly int _seed = Number("BATCHLLM_TEST_SEED") ?? Environment.TickCount;
    private readonly List<string> _done = [];
    private readonly List<TicketJob> _jobs = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Killed_restarted_and_cut_off_at_random_every_job_ends_with_each_row_exactly_once()
    {
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {_seed}");
        await using var fleet = await Fleet.StartAsync(cli, Workers);
        using var over = new CancellationTokenSource();

        var submitting = SubmitAsync(fleet, over.Token);
        await HurtAsync(fleet);
        await over.CancelAsync();
        await submitting;

        await using var database = await fleet.Postgres.OpenAsync(new RetryPolicy());
        await AllEndedAsync(fleet.Postgres.Cluster.Address, new PostgresJobQueue(database));
        Assert.All(fleet.Fallen, fallen => Assert.Fail(Told(fallen)));
        Assert.All(await fleet.EndAsync(), code => Assert.Equal(0, code));
        Assert.All(fleet.Defects, defect => Assert.Fail(Told(defect)));
        await CheckAsync(new PostgresJobQueue(database));
        Assert.Equal(0, await LeasesAsync(fleet.Postgres.Cluster.Address));
        TestContext.Current.TestOutputHelper.WriteLine($"{_jobs.Count} jobs; {string.Join("; ", _done)}");
    }

    /// <summary>One job after the other, so that some wait, some run and some are published whatever happens.</summary>
    private async Task SubmitAsync(Fleet fleet, CancellationToken over)
    {
        var random = new Random(_seed);
        while (!over.IsCancellationRequested)
        {
            var job = new TicketJob(cli.DataDirectory, rows: random.Next(1, 400), rowsPerShard: random.Next(1, 20));
            job.Spec["engine"] = "echo";
            job.Spec["input"] = job.Input;
            job.Spec["output"]!["uri"] = job.Output;
            _jobs.Add(job);
            await fleet.SubmitAsync(job);
        }
    }

    /// <summary>Strikes after some leases and commits each: too soon for all to have recovered, or when all runs well.</summary>
    private async Task HurtAsync(Fleet fleet)
    {
        var random = new Random(_seed);
        for (var strike = 0; strike < Strikes; strike++)
        {
            await fleet.MoveAsync(random.Next(1, MostMoves));
            Assert.All(fleet.Fallen, fallen => Assert.Fail(Told(fallen)));
            await HurtAsync(fleet, random);
        }
    }

    private async Task HurtAsync(Fleet fleet, Random random)
    {
        switch (random.Next(10))
        {
            case < 4:
                _done.Add("worker killed");
                await fleet.KillWorkerAsync(random.Next(Workers));
                break;
            case < 5:
                _done.Add("server killed");
                await fleet.KillServerAsync();
                break;
            case < 6:
                _done.Add("database restarted");
                await fleet.Postgres.RestartAsync();
                break;
            case < 8:
                _done.Add("sessions ended");
                await fleet.TerminateSessionsAsync();
                break;
            default:
                _done.Add("connections cut");
                fleet.Cut();
                break;
        }
    }

    private static async Task AllEndedAsync(DatabaseAddress address, PostgresJobQueue queue)
    {
        await using var changes = await TableChanges.WatchAsync(address, "jobs");
        var open = new JobFilter { States = [JobState.Queued, JobState.Running] };
        while ((await queue.ListAsync(open, 1, Token)).Count > 0)
        {
            await changes.NextAsync();
        }
    }

    private async Task CheckAsync(PostgresJobQueue queue)
    {
        var jobs = await queue.ListAsync(new JobFilter(), 10_000, Token);
        Assert.Equal(_jobs.Select(job => job.Name).Order(StringComparer.Ordinal), jobs.Select(job => job.Definition.Name).Order(StringComparer.Ordinal));
        foreach (var job in _jobs)
        {
            var stored = jobs.Single(other => other.Definition.Name == job.Name);
            Assert.True(stored.State == JobState.Completed, Told($"job {stored.Id} is {stored.State}: {stored.Reason}"));
            OutputCheck.IsWhole(job);
            Assert.Equal(stored.Counts.Done, job.Receipt.GetProperty("rows").GetProperty("in").GetInt64());
            var receipt = await File.ReadAllBytesAsync(Path.Combine(job.Output, "receipt.json"), Token);
            Assert.Equal(stored.ReceiptSha256, Convert.ToHexStringLower(SHA256.HashData(receipt)));
        }
    }

    private static async Task<long> LeasesAsync(DatabaseAddress address)
    {
        await using var source = NpgsqlDataSource.Create(address.ConnectionString);
        await using var command = source.CreateCommand("select count(*) from batchllm.shards where leased_until is not null");
        return (long)(await command.ExecuteScalarAsync(Token))!;
    }

    private string Told(object trouble) => $"Seed {_seed}, after {string.Join("; ", _done)}: {trouble}";

    private static int? Number(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text
        ? int.Parse(text, CultureInfo.InvariantCulture)
        : null;
}
