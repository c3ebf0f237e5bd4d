using BatchLLM.Inference;
using BatchLLM.Jobs;
using BatchLLM.Preflight;
using BatchLLM.Prompts;
using BatchLLM.Rows;
using Xunit;

namespace BatchLLM.Tests.Preflight;

public sealed class RowTallyTests
{
    [Fact]
    public void Prompt_lengths_are_of_ready_rows_only()
    {
        var tally = new RowTally();
        foreach (var length in new[] { 5, 1, 3, 3, 100 })
        {
            tally.Add(Ready(length));
        }

        tally.Add(Failed(6));

        Assert.Equal((6, 1, 112), (tally.Rows, tally.Failed, tally.PromptTokens));
        Assert.Equal(
            (1, 3, 100), (tally.Lengths.Percentile(0), tally.Lengths.Percentile(0.5), tally.Lengths.Percentile(1)));
    }

    [Fact]
    public void Only_the_first_few_examples_of_a_problem_are_kept()
    {
        var tally = new RowTally();
        for (var row = 1; row <= 1000; row++)
        {
            tally.Add(Failed(row));
        }

        var problems = Assert.Single(tally.Problems);
        Assert.Equal(1000, problems.Rows);
        Assert.Equal(5, problems.Examples.Count);
        Assert.Equal("row 1 (a.jsonl, line 1): no", problems.Examples[0]);
    }

    [Fact]
    public void An_overlong_row_counts_whether_it_fails_or_is_cut()
    {
        var tally = new RowTally();
        tally.Add(Ready(90) with { Overlong = new OverlongPrompt(200, 90, 90) });
        tally.Add(Failed(2) with { Overlong = new OverlongPrompt(200, 90, null) });

        Assert.Equal((2, 1, 1), (tally.OverlongRows, tally.CutRows, tally.Failed));
        Assert.Equal([90, null], tally.FirstOverlong.Select(item => item.Prompt.CutTo));
    }

    private static WindowRow Ready(int tokens) =>
        new(new RowLocation("a.jsonl", 1, 1), [], new int[tokens], new SamplingParameters(), null);

    private static WindowRow Failed(int row) =>
        new(new RowLocation("a.jsonl", row, row), [], null, null, new RowError(RowErrorCodes.InvalidJson, "no"));
}
