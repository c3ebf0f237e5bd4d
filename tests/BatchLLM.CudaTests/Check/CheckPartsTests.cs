using System.Text.Json.Nodes;
using BatchLLM.CudaTests.Emulation;
using BatchLLM.GpuCheck.Parts;
using BatchLLM.GpuCheck.Reports;
using Xunit;

namespace BatchLLM.CudaTests.Check;

/// <summary>What ops/gpu/check.sh runs on a GPU, on the emulator: a machine with a GPU is no place to find its faults.</summary>
public sealed class CheckPartsTests(ITestOutputHelper output) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gpu-check").FullName;

    private string Report => Path.Combine(_folder, "report.json");

    [Fact(Explicit = true)]
    public void Forward_passes_are_the_CPUs_in_the_shape_that_a_GPU_gets()
    {
        var (isOk, table) = Run("forward", sizes: SmallSizes.All with { Compared = CheckSizes.H200.Compared, ComparedRows = 6 });
        output.WriteLine(table);
        Assert.True(isOk, table);
    }

    // All kernels in the shapes of large models take minutes here; each kernel has tests of its own in smaller ones.
    [Fact(Explicit = true)]
    public void Vectors_hold_in_the_shapes_that_a_GPU_gets()
    {
        var (isOk, table) = Run("vectors");
        Assert.True(isOk, table);
    }

    [Theory]
    [InlineData("forward")]
    [InlineData("kernels")]
    [InlineData("70b")]
    [InlineData("long")]
    public void A_part_runs_and_reports(string part)
    {
        var (isOk, table) = Run(part);
        Assert.True(isOk, table);
        Assert.NotEmpty(Results(part));
    }

    [Fact]
    public void Workloads_tell_their_rate_their_share_of_the_roofline_and_each_kernels()
    {
        var (isOk, table) = Run("8b");
        Assert.True(isOk, table);
        var results = Results("8b").ToDictionary(result => (string)result["name"]!);
        Assert.Equal(1e6, (double)results["9/7: output"]["published"]!);
        Assert.InRange((double)results["9/7: output"]["value"]!, 1, 1e6);
        Assert.InRange((double)results["9/7: share of the roofline"]["value"]!, 1e-9, 100);
        Assert.Contains(results.Keys, name => name.StartsWith("33/4: product 192 x 64, E4M3", StringComparison.Ordinal));
        Assert.Contains("GB/s", (string)results["33/4: attention_decode_fp8_32"]["text"]!, StringComparison.Ordinal);
        Assert.Contains("70/4, 64 shared by 4: attention_prefix_fp8_32", results.Keys);
        Assert.Contains("70/4, 64 shared by 4: of the rate without sharing", results.Keys);
        Assert.InRange(
            results.Where(pair => pair.Key.StartsWith("33/4: ", StringComparison.Ordinal) && (string?)pair.Value["unit"] == "% of time")
                .Sum(pair => (double)pair.Value["value"]!), 95, 100.001);
    }

    [Fact]
    public void A_workload_for_which_no_time_is_left_is_said_to_be_missing_and_so_are_the_others()
    {
        var (isOk, _) = Run("70b", seconds: 0.5);
        Assert.False(isOk);
        Assert.Contains(Results("70b"), result => (string?)result["text"] == "not measured: the time of this part was over");
    }

    [Fact]
    public void A_device_without_memory_fails_each_check_in_one_sentence()
    {
        using var device = new EmulatedDevice(memoryBytes: 1 << 20);
        using var table = new StringWriter();
        using var parts = new CheckParts(device, SmallSizes.All, new Deadline(60));
        var report = new CheckReport(Report, "8b", "a test", new DeviceText("Emulator", "none"), table);
        report.Run(parts.Of("8b"));
        Assert.False(report.IsOk);
        Assert.All(Results("8b"), result => Assert.Contains("MiB of memory free", (string)result["text"]!, StringComparison.Ordinal));
    }

    [Fact]
    public void Parts_keep_what_others_have_left_and_take_the_place_of_their_own_earlier_run()
    {
        Run("long");
        Run("kernels");
        Run("long");
        var parts = JsonNode.Parse(File.ReadAllText(Report))!["parts"]!.AsArray();
        Assert.Equal(["long", "kernels"], parts.Select(part => (string?)part!["part"]));
        Assert.All(parts, part => Assert.True((bool)part!["isComplete"]!));
        var page = File.ReadAllText(Path.ChangeExtension(Report, ".md"));
        Assert.StartsWith("# Emulator, 20", page, StringComparison.Ordinal);
        Assert.Contains("## kernels", page, StringComparison.Ordinal);
        Assert.Contains("| one row of 305: an output token | ", page, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private (bool IsOk, string Table) Run(string part, double seconds = 60, CheckSizes? sizes = null)
    {
        using var device = new EmulatedDevice();
        using var table = new StringWriter();
        using var parts = new CheckParts(device, sizes ?? SmallSizes.All, new Deadline(seconds));
        var report = new CheckReport(Report, part, "a test", new DeviceText(device.Properties.Name, "none"), table);
        report.Run(parts.Of(part));
        return (report.IsOk, table.ToString());
    }

    private JsonObject[] Results(string part) => [.. JsonNode.Parse(File.ReadAllText(Report))!["parts"]!.AsArray()
        .Single(node => (string?)node!["part"] == part)!["results"]!.AsArray().Select(node => node!.AsObject())];
}
