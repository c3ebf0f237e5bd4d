using System.Globalization;
using System.Text;
using BatchLLM.Batches;
using BatchLLM.Blobs.Files;
using BatchLLM.Blobs.Jsonl;
using BatchLLM.Tests.Blobs;
using Xunit;

namespace BatchLLM.Tests.Batches;

/// <summary>What is wrong with files, read as the service reads them. There is one model, tiny.</summary>
public sealed class BatchInputCheckTests
{
    private static readonly string Good = Line("a");

    [Fact]
    public async Task A_good_input_has_a_model_and_a_count()
    {
        var check = await CheckAsync(Good, "", Line("b"), Line("c"));

        Assert.Empty(check.Faults);
        Assert.Equal(("tiny", 3L), (check.Model, check.Count));
    }

    [Theory]
    [InlineData("", "empty_file", null)]
    [InlineData("{\"a\":}", "invalid_json_line", null)]
    [InlineData("[]", "invalid_json_line", null)]
    [InlineData("{}", "missing_required_parameter", "custom_id")]
    [InlineData("{\"custom_id\":1}", "invalid_type", "custom_id")]
    [InlineData("{\"custom_id\":\"\"}", "invalid_value", "custom_id")]
    [InlineData("{\"custom_id\":\"a\",\"method\":\"GET\"}", "invalid_method", "method")]
    [InlineData("{\"custom_id\":\"a\",\"method\":\"POST\",\"url\":\"/v1/completions\"}", "invalid_url", "url")]
    [InlineData("{\"custom_id\":\"a\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\"}", "missing_required_parameter", "body.model")]
    [InlineData("{\"custom_id\":\"a\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":[]}", "missing_required_parameter", "body.model")]
    [InlineData("{\"custom_id\":\"a\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":{\"model\":{}}}", "invalid_type", "body.model")]
    [InlineData("{\"custom_id\":\"a\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":{\"model\":\"huge\"}}", "model_not_found", "body.model")]
    public async Task A_fault_is_named(string line, string code, string? param)
    {
        var fault = Assert.Single((await CheckAsync(line)).Faults);

        Assert.Equal((code, param), (fault.Code, fault.Param));
        Assert.Equal(code == "empty_file" ? null : 1, fault.Line);
    }

    [Fact]
    public async Task All_faults_are_listed_by_line_and_nothing_of_the_text()
    {
        var check = await CheckAsync(Good, Line("b", "secret"), "", "{ secret", Good);

        Assert.Equal(
            [(2, "mismatched_model"), (4, "invalid_json_line"), (5, "duplicate_custom_id")],
            check.Faults.Select(fault => (fault.Line!.Value, fault.Code)));
        Assert.Contains("Line 1 ", check.Faults[2].Message, StringComparison.Ordinal);
        Assert.DoesNotContain(check.Faults, fault => fault.Message.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_hundred_faults_are_enough()
    {
        var lines = Enumerable.Repeat("{]", 150).Concat(Enumerable.Repeat(Good, 150)).ToArray();

        Assert.Equal(BatchInputCheck.MostFaults, (await CheckAsync(lines)).Faults.Count);
    }

    [Fact]
    public async Task Ids_by_the_ten_thousand_are_told_apart()
    {
        var lines = Enumerable.Range(0, 20_000).Select(number => Line(number.ToString(CultureInfo.InvariantCulture))).ToList();
        lines.Add(Line("12345"));

        var fault = Assert.Single((await CheckAsync([.. lines])).Faults);

        Assert.Equal((20_001, "duplicate_custom_id"), (fault.Line, fault.Code));
        Assert.Contains("Line 12346 ", fault.Message, StringComparison.Ordinal);
    }

    private static string Line(string id, string model = "tiny") =>
        $"{{\"custom_id\":\"{id}\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":{{\"model\":\"{model}\"}}}}";

    private static async Task<(IReadOnlyList<BatchFault> Faults, string? Model, long Count)> CheckAsync(params string[] lines)
    {
        using var directory = new TemporaryDirectory();
        var blobs = new FileBlobStore();
        var uri = FileUri.FromPath("input.jsonl", directory.Path);
        var bytes = Encoding.UTF8.GetBytes(string.Join('\n', lines));
        await blobs.WriteAsync(uri, (stream, token) => stream.WriteAsync(bytes, token).AsTask(), CancellationToken.None);
        using var scratch = new ScratchFile(directory.Path);
        var check = new BatchInputCheck(BatchUrls.Chat, name => name == "tiny", scratch, lines.Length);
        var reader = new JsonlRowReader(blobs);
        await foreach (var range in reader.SplitAsync(uri, 64, CancellationToken.None))
        {
            await foreach (var row in reader.ReadAsync(uri, range, BatchInputCheck.Columns, CancellationToken.None))
            {
                check.Add(row);
            }
        }

        return (check.Complete(), check.Model, check.RequestCount);
    }
}
