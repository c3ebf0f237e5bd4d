using BatchLLM.IntegrationTests.Cli;
using Xunit;

namespace BatchLLM.IntegrationTests.Gpu;

/// <summary>Whatever is wrong with a machine's GPU is one sentence, before any work is taken, and the CPU works as before.</summary>
public sealed class GpuRefusalTests(CliFixture cli) : IClassFixture<CliFixture>
{
    [Theory]
    [InlineData("EMULATED_INIT", "100", "NVIDIA's driver is installed but sees no GPU; give this process one ")]
    [InlineData("EMULATED_GPUS", "0", "NVIDIA's driver is installed but sees no GPU; give this process one ")]
    [InlineData("EMULATED_INIT", "34", "libcuda.so.1 is the stub that programs are linked with, ")]
    [InlineData("EMULATED_INIT", "999", "NVIDIA's driver does not start: error 999; ")]
    [InlineData("EMULATED_CUDA", "11080", "NVIDIA's driver speaks CUDA 11.8; expected 12.0 or newer. ")]
    [InlineData("EMULATED_CAPABILITY", "7.5", "Emulated GPU 0 has compute capability 7.5; expected 8.9 (Ada) or newer. ")]
    [InlineData("EMULATED_GPU_BYTES", "30000000", "Emulated GPU 0 has 28 MiB of memory free; 32 MiB more are needed. ")]
    public async Task A_worker_whose_GPU_cannot_be_used_says_why_and_ends(string setting, string value, string sentence)
    {
        var result = await cli.RunAsync(EmulatedGpu.Environment((setting, value)), "worker", "--device", "cuda");

        AssertRefused(result, sentence);
        Assert.Empty(result.Output);
    }

    [Theory]
    [InlineData("serve")]
    [InlineData("bench", "--shape", "tiny")]
    [InlineData("inspect", ".")]
    public async Task So_does_every_command_that_has_a_device(params string[] command) => AssertRefused(
        await cli.RunAsync(EmulatedGpu.Environment(("EMULATED_INIT", 100)), [.. command, "--device", "cuda"]),
        "NVIDIA's driver is installed but sees no GPU; ");

    [Theory]
    [InlineData("libcublasLt.so.12", "libcuda.so.1", "libnvrtc.so.12")]
    [InlineData("libnvrtc.so.12", "libcuda.so.1", "libcublasLt.so.12")]
    [InlineData("libcuda.so.1", "libnvrtc.so.12", "libcublasLt.so.12")]
    public async Task A_library_that_is_missing_is_named(string missing, params string[] others)
    {
        Assert.SkipWhen(File.Exists("/dev/nvidia0"), "This machine has a GPU, and may have its libraries.");
        var folder = Path.Combine(cli.DataDirectory, $"without-{missing}");

        AssertRefused(
            await cli.RunAsync(EmulatedGpu.With(folder, others), "worker", "--device", "cuda"),
            $"A GPU needs {missing}, which was not found in {folder} or where the system looks; install ");
    }

    [Fact]
    public async Task A_GPU_is_chosen_among_those_that_are_there()
    {
        var environment = EmulatedGpu.Environment(("EMULATED_GPUS", 2));

        AssertRefused(
            await cli.RunAsync(environment, "worker", "--device", "cuda:2"),
            "GPU 2 was asked for; this machine has 2, numbered from 0. ", "Choose --device cuda:0 to cuda:1.");
        var other = await cli.RunAsync(environment, "inspect", Checkout.DemoModel, "--device", "cuda:1");
        Assert.Contains("Emulated GPU 1, compute capability 9.0: numerics bf16, KV cache bf16", other.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("worker", "gpu")]
    [InlineData("serve", "cuda:")]
    [InlineData("bench", "cuda:100")]
    public async Task Another_name_of_a_device_is_refused(string command, string device)
    {
        var result = await cli.RunAsync(command, "--device", device);

        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith($"--device {device}: expected cpu, cuda, or cuda: with the number", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_device_beside_no_worker_is_refused()
    {
        var result = await cli.RunAsync("serve", "--no-worker", "--device", "cuda");

        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith("--device is what jobs run on here, and --no-worker runs none", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_little_memory_for_the_model_is_said_with_all_that_takes_it()
    {
        var environment = EmulatedGpu.Environment(("EMULATED_GPU_BYTES", 300_000_000));
        var job = new TicketJob(cli.DataDirectory, rows: 3);

        var inspected = await cli.RunAsync(environment, "inspect", Checkout.DemoModel, "--device", "cuda", "--json");
        var run = await cli.RunAsync(environment, "run", job.Save(), "--device", "cuda");

        Assert.Equal(1, inspected.ExitCode);
        var gpu = inspected.Json.GetProperty("gpu");
        Assert.Equal(0, gpu.GetProperty("memory").GetProperty("kv_block_count").GetInt32());
        AssertRefused(run, gpu.GetProperty("refusal").GetString()!);
        Assert.Matches(
            "^Emulated GPU 0 has 254 MiB of memory free; the weights take 4 MiB and a step [0-9]+ MiB, 256 MiB are left to the driver, ", run.Error);
    }

    private static void AssertRefused(CliResult result, string sentence, string end = "--device cpu.")
    {
        Assert.True(result.ExitCode == 1, result.ToString());
        Assert.StartsWith(sentence, result.Error, StringComparison.Ordinal);
        Assert.EndsWith(end, result.Error.Trim(), StringComparison.Ordinal);
        Assert.Single(result.Error.Trim().Split('\n'));
    }
}
