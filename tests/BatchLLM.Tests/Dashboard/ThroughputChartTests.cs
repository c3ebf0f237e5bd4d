using BatchLLM.Dashboard;
using BatchLLM.Dashboard.Parts;
using BatchLLM.Overview;
using Xunit;

namespace BatchLLM.Tests.Dashboard;

public sealed class ThroughputChartTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(80, 1)]
    [InlineData(81, 2)]
    [InlineData(3_600, 60)]
    [InlineData(86_400, 1_800)]
    [InlineData(86_400 * 365, 5 * 86_400)]
    public void Intervals_are_lengths_that_people_count_in(double seconds, double expected) =>
        Assert.Equal(TimeSpan.FromSeconds(expected), ThroughputChart.IntervalOf(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void It_says_how_much_and_has_room_for_what_was_committed_after_the_clock_was_read()
    {
        var chart = new ThroughputChart(
            TimeSpan.FromSeconds(10),
            TimeSpan.FromSeconds(35),
            [new ThroughputInterval(0, 3_000, 1_000, 10), new ThroughputInterval(4, 500, 500, 2)]);

        Assert.Equal(5, chart.Count);
        Assert.Equal(400, chart.Peak);
        Assert.Equal(500, chart.Top);
        Assert.Equal(100, chart.Mean);
    }

    [Fact]
    public async Task It_is_drawn_in_any_culture_and_read_aloud()
    {
        var chart = new ThroughputChart(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30), [new ThroughputInterval(1, 3_333, 0, 10)]);
        await using var parts = new HtmlParts();

        var html = await parts.RenderAsync<ThroughputPart>(("Chart", chart));

        Assert.Contains("height=\"66.66\"", html, StringComparison.Ordinal);
        Assert.Contains("aria-label=\"Tokens a second over 30 s: 111 on average, 333 at most\"", html, StringComparison.Ordinal);
        Assert.Contains("<td>after 10 s</td>", html, StringComparison.Ordinal);
    }
}
