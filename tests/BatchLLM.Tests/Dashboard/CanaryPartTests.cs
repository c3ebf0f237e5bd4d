using BatchLLM.Canaries;
using BatchLLM.Dashboard;
using BatchLLM.Dashboard.Parts;
using BatchLLM.Jobs;
using BatchLLM.Overview;
using BatchLLM.Preflight;
using Xunit;

namespace BatchLLM.Tests.Dashboard;

public sealed class CanaryPartTests
{
    [Fact]
    public async Task The_estimate_stands_beside_its_range_and_where_that_is_from()
    {
        var html = await RenderAsync(Report() with
        {
            EstimatedPromptTokensRange = new Interval(99_000, 100_000, 101_000),
            EstimatedCompletionTokensRange = new Interval(3_500, 4_000, 4_500),
            EstimatedSecondsRange = new Interval(190, 200, 260),
        });

        Assert.Contains(
            "100,000 prompt tokens (99,000&#x2013;101,000), 4,000 completion tokens (3,500&#x2013;4,500), 3 min (3&#x2013;5 min) with one worker; ranges by how much",
            html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_canary_of_before_there_were_ranges_has_none() => Assert.Contains(
        "100,000 prompt tokens, 4,000 completion tokens, 3 min with one worker</dd>", await RenderAsync(Report()), StringComparison.Ordinal);

    private static async Task<string> RenderAsync(CanaryReport report)
    {
        await using var parts = new HtmlParts();
        return await parts.RenderAsync<CanaryPart>(("Job", Job(report)));
    }

    private static JobGlance Job(CanaryReport report) => new()
    {
        Id = 7,
        Name = "job",
        Tenant = "default",
        Model = "/models/tiny",
        State = JobState.Paused,
        CreatedAt = DateTimeOffset.UnixEpoch,
        SeenAt = DateTimeOffset.UnixEpoch,
        Rows = 1_000,
        Counts = default,
        Shards = 10,
        CommittedShards = 0,
        CanaryRows = 10,
        Canary = report,
    };

    private static CanaryReport Report() => new()
    {
        Rows = 10,
        Files = 1,
        Ok = 10,
        Truncated = 0,
        Failed = 0,
        Errors = new Dictionary<string, long>(),
        PromptTokens = 1_000,
        CompletionTokens = 40,
        Seconds = 2,
        TokensPerSecond = 520,
        EstimatedPromptTokens = 100_000,
        EstimatedCompletionTokens = 4_000,
        EstimatedSeconds = 200,
        Sha256 = new string('a', 64),
    };
}
