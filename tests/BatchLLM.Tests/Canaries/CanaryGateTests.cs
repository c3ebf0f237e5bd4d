using BatchLLM.Canaries;
using BatchLLM.Inference;
using BatchLLM.Preflight;
using BatchLLM.Rows;
using Xunit;

namespace BatchLLM.Tests.Canaries;

public sealed class CanaryGateTests
{
    [Theory]
    [InlineData(null, null, "canary: 10 rows ran, 2 failed, 1 truncated; approve the job to go on, or cancel it")]
    [InlineData(0.2, null, null)]
    [InlineData(0.2, 0.1, null)]
    [InlineData(0.19, null, "canary: 2 of 10 rows failed, the job allows 19 %; approve the job to go on all the same, or cancel it")]
    [InlineData(0.0, 0.05, "canary: 2 of 10 rows failed, the job allows 0 %; 1 of 10 rows truncated, the job allows 5 %; approve the job to go on all the same, or cancel it")]
    [InlineData(null, 1.0, null)]
    public void A_job_goes_on_by_itself_if_its_shares_hold(double? failed, double? truncated, string? expected) =>
        Assert.Equal(expected, CanaryGate.ReasonToWait(new CanarySpec(10, failed, truncated), Report()));

    [Fact]
    public void The_report_counts_and_scales_to_the_whole_job()
    {
        var report = Report();

        Assert.Equal((10, 2, 7, 1, 2), (report.Rows, report.Files, report.Ok, report.Truncated, report.Failed));
        Assert.Equal(new Dictionary<string, long> { ["engine_error"] = 2 }, report.Errors);
        Assert.Equal((1000, 40, 520.0), (report.PromptTokens, report.CompletionTokens, report.TokensPerSecond));
        Assert.Equal((100_000, 4000, 200.0), (report.EstimatedPromptTokens, report.EstimatedCompletionTokens, report.EstimatedSeconds));
        Assert.Equal(new Interval(100_000, 100_000, 100_000), report.EstimatedPromptTokensRange);
        Assert.InRange(report.EstimatedCompletionTokensRange!.Low, 40, 3900);
        Assert.InRange(report.EstimatedCompletionTokensRange.High, 4100, 10_000);
        Assert.InRange(report.EstimatedSecondsRange!.Low, 150, 199.9);
        Assert.InRange(report.EstimatedSecondsRange.High, 200.1, 250);
    }

    private static CanaryReport Report() =>
        CanaryReporter.Report([.. Enumerable.Range(1, 10).Select(Row)], new Dictionary<string, long> { ["file:///0.jsonl"] = 500, ["file:///1.jsonl"] = 500 }, TimeSpan.FromSeconds(2), new string('a', 64));

    private static CompletedRow Row(int number) => new(
        new RowLocation($"file:///{number % 2}.jsonl", number, number),
        [],
        number <= 2 ? null : "text",
        number <= 2 ? null : number == 3 ? FinishReason.Length : FinishReason.Stop,
        100,
        number <= 2 ? 0 : 5,
        null,
        number <= 2 ? new RowError("engine_error", "It failed.") : null);
}
