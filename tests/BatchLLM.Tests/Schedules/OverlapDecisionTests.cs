using BatchLLM.Schedules;
using Xunit;

namespace BatchLLM.Tests.Schedules;

public sealed class OverlapDecisionTests
{
    [Theory]
    [InlineData(OverlapRule.Skip)]
    [InlineData(OverlapRule.Queue)]
    [InlineData(OverlapRule.CancelPrevious)]
    public void Where_nothing_is_in_the_way_a_job_is_made(OverlapRule rule)
    {
        var decision = OverlapDecision.Of(rule, []);

        Assert.Null(decision.SkipReason);
        Assert.Empty(decision.Cancel);
    }

    [Fact]
    public void Skipping_names_the_latest_job_that_is_in_the_way()
    {
        var decision = OverlapDecision.Of(OverlapRule.Skip, [7, 9]);

        Assert.Equal("job 9 of an earlier firing is not over", decision.SkipReason);
        Assert.Empty(decision.Cancel);
    }

    [Fact]
    public void Cancelling_takes_all_that_are_in_the_way()
    {
        var decision = OverlapDecision.Of(OverlapRule.CancelPrevious, [7, 9]);

        Assert.Null(decision.SkipReason);
        Assert.Equal([7, 9], decision.Cancel);
    }

    [Theory]
    [InlineData(1, null)]
    [InlineData(99, null)]
    [InlineData(100, "100 jobs of earlier firings are not over, the oldest is job 1")]
    public void A_queue_has_an_end(int live, string? expected)
    {
        var decision = OverlapDecision.Of(OverlapRule.Queue, [.. Enumerable.Range(1, live).Select(id => (long)id)]);

        Assert.Equal(expected, decision.SkipReason);
        Assert.Empty(decision.Cancel);
    }
}
