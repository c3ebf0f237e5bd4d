using System.Diagnostics;
using BatchLLM.IntegrationTests.Cli;
using BatchLLM.IntegrationTests.Postgres;
using Xunit;

namespace BatchLLM.IntegrationTests.Work;

/// <summary>A real <c>batchllm worker</c>, killed at the latest when the test ends.</summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    private readonly Process _process;

    public WorkerProcess(CliFixture cli, string database, string? killAt = null)
    {
        var environment = new Dictionary<string, string>();
        if (killAt is not null)
        {
            environment["BATCHLLM_TEST_KILL_AT"] = killAt;
        }

        _process = cli.Start(environment, "worker", "--database", database);
        Ended = CliFixture.FinishAsync(_process);
    }

    /// <summary>Its end, and what it wrote.</summary>
    public Task<CliResult> Ended { get; }

    /// <summary>Waits until the database knows it.</summary>
    public async Task ReadyAsync(QueueBench bench)
    {
        await using var changes = await bench.WatchAsync("workers");
        while (!(await bench.Workers.ListAsync(TestContext.Current.CancellationToken)).Any(worker => worker.Beat.Name.Contains($"/{_process.Id}/", StringComparison.Ordinal)))
        {
            await changes.NextAsync();
        }
    }

    /// <summary>SIGKILL.</summary>
    public void Kill() => _process.Kill();

    /// <summary>SIGTERM, or another.</summary>
    public async Task SignalAsync(string signal = "TERM")
    {
        using var kill = Process.Start("kill", ["-s", signal, $"{_process.Id}"]);
        await kill.WaitForExitAsync();
    }

    /// <summary>SIGTERM, and its end.</summary>
    public async Task<CliResult> DrainAsync()
    {
        await SignalAsync();
        return await Ended;
    }

    public async ValueTask DisposeAsync()
    {
        if (!Ended.IsCompleted)
        {
            _process.Kill();
        }

        await Ended;
        _process.Dispose();
    }
}
