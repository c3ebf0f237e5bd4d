using BatchLLM.Jobs;
using Xunit;

namespace BatchLLM.Tests.Jobs;

public sealed class TimeBudgetTests
{
    [Theory]
    [InlineData("45s", 45)]
    [InlineData("90m", 5400)]
    [InlineData("8h", 28_800)]
    [InlineData("2d", 172_800)]
    [InlineData("999999d", 86_399_913_600)]
    public void A_budget_is_read_and_written_alike(string text, long seconds)
    {
        Assert.Equal(TimeSpan.FromSeconds(seconds), TimeBudget.Parse(text));
        Assert.Equal(text, TimeBudget.Format(TimeBudget.Parse(text)));
    }

    [Theory]
    [InlineData("60s", "1m")]
    [InlineData("24h", "1d")]
    [InlineData("90000s", "25h")]
    public void A_budget_is_written_in_the_largest_unit_that_fits(string text, string written) =>
        Assert.Equal(written, TimeBudget.Format(TimeBudget.Parse(text)));

    [Fact]
    public void The_reason_names_the_budget() =>
        Assert.StartsWith("time budget spent: it ran for 90m", TimeBudget.ReasonToPause(TimeSpan.FromMinutes(90)), StringComparison.Ordinal);
}
