using BatchLLM.Host.Display;
using Xunit;

namespace BatchLLM.IntegrationTests.Display;

public sealed class RateMeterTests
{
    [Fact]
    public void Without_time_there_is_no_speed()
    {
        var meter = new RateMeter();
        meter.Add(TimeSpan.Zero, 0, 0);

        Assert.Equal(0, meter.RowsPerSecond);
        Assert.Null(meter.TimeLeft(10));
    }

    [Fact]
    public void The_speed_is_that_of_the_last_seconds_not_of_the_whole_run()
    {
        var meter = new RateMeter();
        for (var second = 0; second <= 60; second++)
        {
            var slow = Math.Min(second, 30);
            var fast = Math.Max(second - 30, 0);
            meter.Add(TimeSpan.FromSeconds(second), slow + (10 * fast), 100 * (slow + (10 * fast)));
        }

        Assert.Equal(10, meter.RowsPerSecond, 6);
        Assert.Equal(1000, meter.TokensPerSecond, 6);
        Assert.Equal(TimeSpan.FromSeconds(5), meter.TimeLeft(50));
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
    [InlineData(0, "0:00")]
    [InlineData(65, "1:05")]
    [InlineData(3661, "1:01:01")]
    public void Times_read_as_on_a_clock(int seconds, string expected) =>
        Assert.Equal(expected, ProgressReading.Format(TimeSpan.FromSeconds(seconds)));
}
