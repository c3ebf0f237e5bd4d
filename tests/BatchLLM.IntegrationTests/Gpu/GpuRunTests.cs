using System.Diagnostics;
using System.Text.Json;
using BatchLLM.IntegrationTests.Cli;
using Xunit;

namespace BatchLLM.IntegrationTests.Gpu;

/// <summary>Jobs on a GPU, from the command line to the output files.</summary>
public sealed class GpuRunTests(CliFixture cli) : IClassFixture<CliFixture>
{
    private const int KvBlocks = 24;

    [Fact]
    public async Task A_job_has_the_same_answers_in_a_KV_cache_that_holds_few_rows()
    {
        var job = new TicketJob(cli.DataDirectory, rows: 30);
        var same = new TicketJob(cli.DataDirectory, rows: 30);

        var run = await cli.RunAsync(await SmallGpuAsync(), "run", job.Save(), "--device", "cuda");
        await cli.RunAsync(EmulatedGpu.Environment(), "run", same.Save(), "--device", "cuda");

        Assert.True(run.ExitCode is 0 or 3, run.ToString());
        OutputCheck.IsWhole(job);
        Assert.Equal(same.Records.Select(Answer), job.Records.Select(Answer));
    }

    // Such prompts have near ties, where the KV caches' precisions decide; their first words have none.
    [Fact]
    public async Task Answers_begin_as_the_CPUs()
    {
        var job = new TicketJob(cli.DataDirectory, rows: 12);
        var same = new TicketJob(cli.DataDirectory, rows: 12);

        await cli.RunAsync(EmulatedGpu.Environment(), "run", job.Save(), "--device", "cuda");
        await cli.RunAsync("run", same.Save(), "--device", "cpu");

        Assert.Equal(same.Records.Select(Beginning), job.Records.Select(Beginning));
    }

    [Fact]
    public async Task A_GPU_that_is_lost_ends_run_worker_and_service_and_another_process_goes_on()
    {
        var job = new TicketJob(cli.DataDirectory, rows: 60, rowsPerShard: 5);
        var same = new TicketJob(cli.DataDirectory, rows: 60);
        var small = await SmallGpuAsync();

        // Of the kernels that the job takes, about 280: the first rows are committed by then, and are not all.
        var run = await cli.RunAsync(Lost(small, 200), "run", job.Save(), "--device", "cuda");
        var committed = await CommittedShardsAsync(job);
        var worker = await WorkAsync(Lost(small, 100), "worker", "--device", "cuda");
        var service = await WorkAsync(Lost(small, 100), "serve", "--listen", "http://127.0.0.1:0", "--device", "cuda");
        var other = await WorkAsync(EmulatedGpu.Environment(("EMULATED_GPUS", 2)), "worker", "--device", "cuda:1");
        await cli.RunAsync(EmulatedGpu.Environment(), "run", same.Save(), "--device", "cuda");

        Assert.True(run.ExitCode == 1, run.ToString());
        Assert.Contains("The GPU is lost: its driver could not ", run.Error, StringComparison.Ordinal);
        Assert.Contains("CUDA_ERROR_LAUNCH_FAILED (719)", run.Error, StringComparison.Ordinal);
        Assert.InRange(committed, 1, 11);
        Assert.True(worker.ExitCode == 1, worker.ToString());
        Assert.StartsWith("The GPU is lost: ", worker.Error, StringComparison.Ordinal);
        Assert.Contains(": left to other workers: the GPU is lost", worker.Output, StringComparison.Ordinal);
        Assert.True(service.ExitCode == 1, service.ToString());
        Assert.Contains(": left to other workers: the GPU is lost", service.Error, StringComparison.Ordinal);
        Assert.Contains(", on cuda:1.", other.Output, StringComparison.Ordinal);
        Assert.True(other.Output.Contains("completed: ", StringComparison.Ordinal), other.ToString());
        OutputCheck.IsWhole(job);
        Assert.Equal(same.Records.Select(Answer), job.Records.Select(Answer));
    }

    [Fact]
    public async Task The_preflight_measures_on_it_and_counts_its_memory()
    {
        var job = new TicketJob(cli.DataDirectory, rows: 12);

        var found = await cli.RunAsync(
            EmulatedGpu.Environment(), "validate", job.Save(), "--device", "cuda", "--measure", "2", "--json");

        Assert.True(found.ExitCode == 0, found.ToString());
        var memory = found.Json.GetProperty("memory");
        Assert.Equal("Emulated GPU 0", memory.GetProperty("gpu").GetString());
        Assert.True(memory.GetProperty("fits").GetBoolean());
        Assert.InRange(memory.GetProperty("step_bytes").GetInt64(), 256L << 20, 400L << 20);
        Assert.True(found.Json.GetProperty("estimate").GetProperty("finished_rows").GetInt32() > 0);
    }

    [Fact]
    public async Task A_benchmark_runs_on_it_and_claims_no_limits()
    {
        var config = Path.Combine(cli.DataDirectory, "config.json");
        await File.WriteAllTextAsync(
            config, (await File.ReadAllTextAsync(Path.Combine(Checkout.DemoModel, "config.json"), TestContext.Current.CancellationToken))
                .Replace("\"hidden_size\": 256", "\"hidden_size\": 64", StringComparison.Ordinal)
                .Replace("\"num_attention_heads\": 8", "\"num_attention_heads\": 4", StringComparison.Ordinal)
                .Replace("\"intermediate_size\": 512", "\"intermediate_size\": 64", StringComparison.Ordinal),
            TestContext.Current.CancellationToken);

        var result = await cli.RunAsync(
            EmulatedGpu.Environment(), "bench", "--shape", config, "--precision", "int8", "--prompt", "20", "--output", "3", "--batch", "2",
            "--device", "cuda", "--json");
        var tooMuch = await cli.RunAsync(
            EmulatedGpu.Environment(), "bench", "--shape", config, "--prompt", "900", "--output", "9",
            "--batch", "1000", "--device", "cuda");

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal("Emulated GPU 0", result.Json.GetProperty("device").GetString());
        Assert.Equal("w8a8-int8", result.Json.GetProperty("numerics").GetString());
        Assert.Empty(result.Json.GetProperty("varying_products").EnumerateArray());
        Assert.False(result.Json.TryGetProperty("limits", out _));
        var outputs = result.Json.GetProperty("results")[0].GetProperty("outputs");
        Assert.Equal(6, outputs.GetProperty("tokens").GetInt64());
        Assert.True(outputs.GetProperty("tokens_per_second").GetDouble() > 0);
        Assert.False(outputs.TryGetProperty("arithmetic_share", out _));
        Assert.Equal(1, tooMuch.ExitCode);
        Assert.Matches("leaves room for [0-9]+ tokens of KV cache on Emulated GPU 0; the largest combination needs 960000", tooMuch.Error);
    }

    private static string Beginning(JsonElement record) => record.GetProperty("completion").GetString()![.."Critical".Length];

    private static (string Id, string Text) Answer(JsonElement record) =>
        (record.GetProperty("ticket_id").GetString()!, record.GetProperty("completion").GetString()!);

    /// <summary>A GPU whose memory leaves little to the KV cache, so that few rows run at once.</summary>
    private async Task<Dictionary<string, string>> SmallGpuAsync()
    {
        var inspected = await cli.RunAsync(EmulatedGpu.Environment(), "inspect", Checkout.DemoModel, "--device", "cuda", "--json");
        var memory = inspected.Json.GetProperty("gpu").GetProperty("memory");
        long Bytes(string name) => memory.GetProperty(name).GetInt64();
        var taken = (1L << 30) - Bytes("free_bytes");
        return EmulatedGpu.Environment((
            "EMULATED_GPU_BYTES",
            taken + Bytes("weight_bytes") + Bytes("step_bytes") + Bytes("reserve_bytes") + (KvBlocks * Bytes("kv_block_bytes"))));
    }

    private static Dictionary<string, string> Lost(Dictionary<string, string> environment, int kernels) =>
        new(environment) { ["EMULATED_LOST_AFTER"] = $"{kernels}" };

    private async Task<int> CommittedShardsAsync(TicketJob job)
    {
        var status = await cli.RunAsync("status", job.Name, "--json");
        return status.Json[0].GetProperty("committed_shards").GetInt32();
    }

    /// <summary>A worker, or a service with one, until it ends by itself, or has completed a job and is told to.</summary>
    private async Task<CliResult> WorkAsync(Dictionary<string, string> environment, params string[] command)
    {
        using var process = cli.Start(environment, command);
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await using var giveUp = patience.Token.Register(process.Kill);
        var log = "";
        while (!log.Contains("completed: ", StringComparison.Ordinal)
            && await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            log += line + Environment.NewLine;
        }

        using var kill = Process.Start("kill", ["-s", "TERM", $"{process.Id}"]);
        var rest = await CliFixture.FinishAsync(process);
        return rest with { Output = log + rest.Output };
    }
}
