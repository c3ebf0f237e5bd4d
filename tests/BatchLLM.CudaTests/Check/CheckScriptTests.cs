using System.Diagnostics;
using Xunit;

namespace BatchLLM.CudaTests.Check;

/// <summary>ops/gpu/check.sh, with a program in the place of the one that needs a GPU.</summary>
public sealed class CheckScriptTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gpu-check-script").FullName;

    [Fact]
    public async Task Parts_run_one_after_the_other_and_one_that_fails_does_not_keep_the_others_from_running()
    {
        var (code, output, _) = await Run("[ \"$1\" != forward ]", "--only", "vectors,forward,long", "--report", "r.json", "--gpu", "1");
        Assert.Equal(1, code);
        Assert.Equal(["vectors r.json 1", "forward r.json 1", "long r.json 1"], Calls(output));
    }

    [Fact]
    public async Task All_is_well_if_each_part_is()
    {
        var (code, output, _) = await Run("true", "--only", "kernels");
        Assert.Equal(0, code);
        Assert.Equal(["kernels gpu-check.json 0"], Calls(output));
    }

    [Fact]
    public async Task Without_a_GPU_the_first_part_says_so_and_no_other_does()
    {
        var (code, output, _) = await Run("exit 3");
        Assert.Equal(1, code);
        Assert.Equal(["vectors gpu-check.json 0"], Calls(output));
    }

    [Fact]
    public async Task Parts_for_which_no_time_is_left_are_named()
    {
        var (code, output, _) = await Run("true", "--only", "70b,long", "--seconds", "10");
        Assert.Equal(1, code);
        Assert.Empty(Calls(output));
        Assert.Contains("70b: left out, as no time is left.", output, StringComparison.Ordinal);
        Assert.Contains("long: left out", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_PyTorch_there_is_nobody_to_compare_with_and_that_is_no_fault()
    {
        var (code, output, _) = await Run("true", "--only", "peers");
        Assert.SkipWhen(output.Contains("peers.py", StringComparison.Ordinal), "python3 here has PyTorch and a GPU.");
        Assert.Equal(0, code);
        Assert.Contains("nobody to compare with", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--only", "vectors,9b", "There is no part '9b'.")]
    [InlineData("--quick", "yes", "usage: check.sh")]
    public async Task Misuse_is_answered_with_how_it_is_used(string option, string value, string said)
    {
        var (code, _, errors) = await Run("true", option, value);
        Assert.Equal(2, code);
        Assert.Contains(said, errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_peers_script_is_Python()
    {
        var (code, _, errors) = await Start(
            "python3", "-c", "import ast, sys; ast.parse(open(sys.argv[1]).read())", Path.Combine(Checkout.Root, "ops/gpu/peers.py"));
        Assert.SkipWhen(code == 127, "python3 is not installed.");
        Assert.True(code == 0, errors);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<(int Code, string Output, string Errors)> Run(string program, params string[] arguments)
    {
        var script = Path.Combine(_folder, "check.sh");
        File.Copy(Path.Combine(Checkout.Root, "ops/gpu/check.sh"), script);
        var stub = Path.Combine(_folder, "BatchLLM.GpuCheck");
        await File.WriteAllTextAsync(stub, $"#!/bin/sh\necho \"called: $1 $2 $5\"\n{program}\n");
        File.SetUnixFileMode(stub, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return await Start("bash", [script, .. arguments]);
    }

    private static List<string> Calls(string output) =>
        [.. output.Split('\n').Where(line => line.StartsWith("called: ", StringComparison.Ordinal)).Select(line => line["called: ".Length..])];

    // By a shell, which answers 127 for what is not installed.
    private async Task<(int Code, string Output, string Errors)> Start(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("bash", ["-c", "exec \"$0\" \"$@\"", program, .. arguments])
        {
            WorkingDirectory = _folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await errors);
    }
}
