using BatchLLM.Inference;
using BatchLLM.Jobs;
using BatchLLM.Rows;
using Xunit;

namespace BatchLLM.Tests.Jobs;

public sealed class ValidationReportTests
{
    [Fact]
    public void Prompt_lengths_are_ranked_over_ready_rows_only()
    {
        var report = new ValidationReport();
        foreach (var length in new[] { 5, 1, 3, 3, 100 })
        {
            report.Add(Ready(length));
        }

        report.Add(Failed(6));

        Assert.Equal(6, report.Rows);
        Assert.Equal(1, report.Failed);
        Assert.Equal(112, report.PromptTokens);
        Assert.Equal((1, 3, 100), (report.PromptLength(0), report.PromptLength(0.5), report.PromptLength(1)));
    }

    [Fact]
    public void Only_the_first_few_examples_of_a_problem_are_kept()
    {
        var report = new ValidationReport();
        for (var row = 1; row <= 1000; row++)
        {
            report.Add(Failed(row));
        }

        var problems = Assert.Single(report.Problems);
        Assert.Equal(1000, problems.Rows);
        Assert.Equal(5, problems.Examples.Count);
        Assert.Equal("row 1 (a.jsonl, line 1): no", problems.Examples[0]);
    }

    [Fact]
    public void Without_rows_there_is_no_length() => Assert.Equal(0, new ValidationReport().PromptLength(0.5));

    private static WindowRow Ready(int tokens) =>
        new(new RowLocation("a.jsonl", 1, 1), [], new int[tokens], new SamplingParameters(), null);

    private static WindowRow Failed(int row) =>
        new(new RowLocation("a.jsonl", row, row), [], null, null, new RowError(RowErrorCodes.InvalidJson, "no"));
}
