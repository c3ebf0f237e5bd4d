using BatchLLM.Jobs;
using Xunit;

namespace BatchLLM.Tests.Jobs;

public sealed class OutputLayoutTests
{
    [Theory]
    [InlineData("file:///out", "file:///out/part-000000.jsonl")]
    [InlineData("file:///out/", "file:///out/part-000017.parquet")]
    [InlineData("file:///out", "file:///out/part-1000000.jsonl")]
    [InlineData("file:///my%20out", "file:///my out/errors.jsonl")]
    [InlineData("s3://bucket/out", "s3://bucket/out/receipt.json")]
    public void An_input_that_the_output_would_replace_is_refused(string output, string input)
    {
        var error = Assert.Throws<BatchLLMException>(
            () => OutputLayout.RefuseOwnInputs(output, [File("file:///in/a.jsonl"), File(input)]));

        Assert.Contains(input, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("file:///out", "file:///out/tickets.jsonl")]
    [InlineData("file:///out", "file:///out/part-00000.parquet")]
    [InlineData("file:///out", "file:///out/part-000000.csv")]
    [InlineData("file:///out", "file:///out/dt=2026-11-22/part-000000.jsonl")]
    [InlineData("file:///out", "file:///in/part-000000.jsonl")]
    [InlineData("file:///out", "file:///out2/part-000000.jsonl")]
    public void Other_inputs_may_stand_anywhere(string output, string input) =>
        OutputLayout.RefuseOwnInputs(output, [File(input)]);

    private static InputFile File(string uri) => new(uri, DataFormat.Jsonl, 1, "v");
}
