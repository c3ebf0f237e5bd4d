using System.Diagnostics;
using Xunit;

namespace BatchLLM.CudaTests.Emulation;

/// <summary>
/// The tests of kernels once more, in a process in which the compiler's sanitizers check every access to memory and every
/// undefined behaviour of the kernels.
/// </summary>
public sealed class SanitizerTests
{
    [Fact]
    public async Task The_tests_of_kernels_pass_under_the_sanitizers()
    {
        var (code, output) = await Run("-namespace", "BatchLLM.CudaTests.Kernels");
        Assert.True(code == 0, output);
    }

    [Theory]
    [InlineData(nameof(PlantedFaults.Write_behind_memory), "one too many", "AddressSanitizer: heap-buffer-overflow")]
    [InlineData(nameof(PlantedFaults.Write_behind_shared_memory), "behind the end", "AddressSanitizer: heap-buffer-overflow")]
    [InlineData(nameof(PlantedFaults.Shift_too_far), "by more bits than there are", "shift exponent 40 is too large")]
    public async Task What_is_wrong_is_caught_with_its_line(string method, string comment, string report)
    {
        var source = File.ReadAllLines(Path.Combine(Checkout.Root, "tests/BatchLLM.CudaTests/Emulation/planted.cu"));
        var line = Array.FindIndex(source, text => text.Contains(comment, StringComparison.Ordinal)) + 1;
        var (code, output) = await Run("-method", $"{typeof(PlantedFaults).FullName}.{method}", "-explicit", "only");
        Assert.NotEqual(0, code);
        Assert.Contains(report, output, StringComparison.Ordinal);
        Assert.Contains($"planted.cu:{line}", output, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output)> Run(params string[] arguments)
    {
        EmulatorBuild.Run(Checkout.Root, sanitized: true);
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["-noColor", "-nologo", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[EmulatorLibrary.BuildVariable] = "sanitized";
        start.Environment["LD_PRELOAD"] = await LibraryPath("libasan.so");

        // The runtime handles faults itself, keeps what it has allocated to its end, and reserves more than a sanitizer thinks wise.
        start.Environment["ASAN_OPTIONS"] = "detect_leaks=0:handle_segv=0:handle_sigbus=0:handle_sigfpe=0:use_sigaltstack=0:detect_odr_violation=0";
        start.Environment["UBSAN_OPTIONS"] = "print_stacktrace=1";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await errors);
    }

    private static async Task<string> LibraryPath(string name)
    {
        using var compiler = Process.Start(
            new ProcessStartInfo("g++", $"-print-file-name={name}") { RedirectStandardOutput = true })!;
        return (await compiler.StandardOutput.ReadToEndAsync()).Trim();
    }
}
