using BatchLLM.Host.Display;
using BatchLLM.IntegrationTests.Service;
using Xunit;

namespace BatchLLM.IntegrationTests.Display;

public sealed class CanaryLinesTests
{
    [Fact]
    public void The_estimate_stands_beside_its_range_and_where_that_is_from() => Assert.Equal(
        "  240 tokens/s; all rows at this: 200 prompt tokens (180 to 220), 40 completion tokens (30 to 50), 0:01 (0:00 to 0:01) with one worker; " +
        "ranges by how much these rows differ",
        CanaryLines.Of(ApprovalTests.Report()).Last());

    [Fact]
    public void A_canary_of_before_there_were_ranges_has_none()
    {
        var report = ApprovalTests.Report() with { EstimatedPromptTokensRange = null, EstimatedCompletionTokensRange = null, EstimatedSecondsRange = null };

        Assert.EndsWith("200 prompt tokens, 40 completion tokens, 0:01 with one worker", CanaryLines.Of(report).Last(), StringComparison.Ordinal);
    }
}
