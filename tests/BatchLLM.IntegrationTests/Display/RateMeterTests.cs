using BatchLLM.Host.Display;
using BatchLLM.Overview;
using Xunit;

namespace BatchLLM.IntegrationTests.Display;

public sealed class RateMeterTests
{
    [Fact]
    public void Without_time_there_is_no_speed()
    {
        var meter = new RateMeter();
        meter.Add(TimeSpan.Zero, 0, 0);

        Assert.Equal(0, meter.Late.RowsPerSecond);
        Assert.Null(meter.TimeLeft(10));
    }

    [Fact]
    public void The_speed_is_that_of_the_last_seconds_and_the_range_knows_that_of_the_whole_run()
    {
        var meter = new RateMeter();
        for (var second = 0; second <= 60; second++)
        {
            var slow = Math.Min(second, 30);
            var fast = Math.Max(second - 30, 0);
            meter.Add(TimeSpan.FromSeconds(second), slow + (10 * fast), 100 * (slow + (10 * fast)));
        }

        Assert.Equal(10, meter.Late.RowsPerSecond, 6);
        Assert.Equal(1000, meter.Late.TokensPerSecond, 6);
        Assert.Equal(5.5, meter.Overall.RowsPerSecond, 6);
        var left = meter.TimeLeft(50)!.Value;

        // Fifteen samples of late are off by a quarter.
        Assert.Equal(50 / (10 * 1.25), left.Shortest.TotalSeconds, 6);
        Assert.Equal(50 / (5.5 * 0.75), left.Longest.TotalSeconds, 6);
    }

    [Fact]
    public void A_few_rows_that_failed_at_once_promise_no_end()
    {
        var meter = new RateMeter();
        meter.Add(TimeSpan.Zero, 0, 0);
        meter.Add(TimeSpan.FromSeconds(1), 5, 0);

        Assert.Null(meter.TimeLeft(1995));
    }

    [Theory]
    [InlineData(4, 6.2, "0:04 to 0:07")]
    [InlineData(65, 65, "1:05")]
    public void The_time_left_reads_as_a_range(double from, double to, string expected) =>
        Assert.Equal(expected, ProgressReading.Format(new TimeLeft(TimeSpan.FromSeconds(from), TimeSpan.FromSeconds(to))));

    [Theory]
    [InlineData(0, "0:00")]
    [InlineData(65, "1:05")]
    [InlineData(3661, "1:01:01")]
    public void Times_read_as_on_a_clock(int seconds, string expected) =>
        Assert.Equal(expected, ProgressReading.Format(TimeSpan.FromSeconds(seconds)));
}
