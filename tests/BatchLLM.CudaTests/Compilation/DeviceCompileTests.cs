using System.Diagnostics;
using Xunit;

namespace BatchLLM.CudaTests.Compilation;

/// <summary>
/// Every kernel compiles for the GPUs it is meant for, where clang-22 is installed: it needs no CUDA toolkit and no GPU. It
/// does not look into inline PTX, which only NVIDIA's assembler does.
/// </summary>
public sealed class DeviceCompileTests
{
    private static readonly Dictionary<string, string> FirstPtxVersion = new()
    {
        ["sm_90a"] = "ptx80",
        ["sm_100a"] = "ptx86",
        ["sm_120a"] = "ptx87",
    };

    public static TheoryData<string, string> Sources
    {
        get
        {
            var sources = new TheoryData<string, string>();
            foreach (var source in Directory.GetFiles(Checkout.Kernels, "*.cu").Select(file => Path.GetFileName(file)).Order())
            {
                foreach (var architecture in FirstPtxVersion.Keys)
                {
                    sources.Add(source, architecture);
                }
            }

            return sources;
        }
    }

    [Theory]
    [MemberData(nameof(Sources))]
    public async Task A_kernels_source_compiles_and_calls_nothing_that_is_not_in_it(string source, string architecture)
    {
        Assert.SkipUnless(HasClang(), "clang-22 is not installed (Debian: apt-get install clang-22).");
        var (code, ptx, errors) = await Compile(Path.Combine(Checkout.Kernels, source), architecture);
        Assert.True(code == 0, errors);
        Assert.Contains($".target {architecture}", ptx, StringComparison.Ordinal);
        Assert.Contains(".entry", ptx, StringComparison.Ordinal);

        // A function that the header lacks would be looked for in a library that nobody links.
        Assert.DoesNotContain(".extern .func", ptx, StringComparison.Ordinal);
    }

    // Elsewhere its plain body stands in, which no GPU before Blackwell ever runs.
    [Theory]
    [InlineData("sm_90a", false)]
    [InlineData("sm_100a", true)]
    [InlineData("sm_120a", true)]
    public async Task Blackwell_packs_FP4_by_its_own_instruction(string architecture, bool hasIt)
    {
        Assert.SkipUnless(HasClang(), "clang-22 is not installed (Debian: apt-get install clang-22).");
        var (code, ptx, errors) = await Compile(Path.Combine(Checkout.Kernels, "norm.cu"), architecture);
        Assert.True(code == 0, errors);
        Assert.Equal(hasIt, ptx.Contains("cvt.rn.satfinite.e2m1x2.f32", StringComparison.Ordinal));
    }

    private static bool HasClang() => Environment.GetEnvironmentVariable("PATH")!.Split(':')
        .Any(folder => File.Exists(Path.Combine(folder, "clang-22")));

    private static async Task<(int Code, string Ptx, string Errors)> Compile(string path, string architecture)
    {
        string[] arguments =
        [
            "-x", "cuda", "--cuda-device-only", "-nocudainc", "-nocudalib", $"--cuda-gpu-arch={architecture}",
            $"--cuda-feature=+{FirstPtxVersion[architecture]}", "-O1", "-std=c++20", "-ffp-contract=off", "-Wall", "-Wextra",
            "-Werror", "-S", path, "-o", "-",
        ];
        using var clang = Process.Start(
            new ProcessStartInfo("clang-22", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = clang.StandardError.ReadToEndAsync();
        var ptx = await clang.StandardOutput.ReadToEndAsync();
        await clang.WaitForExitAsync();
        return (clang.ExitCode, ptx, await errors);
    }
}
