using BatchLLM.Dashboard;
using BatchLLM.Overview;
using Xunit;

namespace BatchLLM.Tests.Dashboard;

/// <summary>Run under a culture with other signs too: see ops/test.sh.</summary>
public sealed class SayTests
{
    [Theory]
    [InlineData(0.4, "under 1 s")]
    [InlineData(45, "45 s")]
    [InlineData(200, "3 min")]
    [InlineData(7_500, "2 h 5 min")]
    [InlineData(200_000, "2 d 7 h")]
    public void Durations_have_their_greatest_units(double seconds, string expected) =>
        Assert.Equal(expected, Say.Duration(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(12, 40, "12–40 s")]
    [InlineData(310, 530, "5–9 min")]
    [InlineData(5_000, 20_000, "1–6 h")]
    [InlineData(100_000, 400_000, "1–5 d")]
    [InlineData(0, 0.2, "0–1 s")]
    [InlineData(60, 60, "60 s")]
    public void Ranges_have_the_unit_of_their_longer_end(double from, double to, string expected) =>
        Assert.Equal(expected, Say.Range(new TimeLeft(TimeSpan.FromSeconds(from), TimeSpan.FromSeconds(to))));

    [Fact]
    public void Numbers_are_the_same_everywhere()
    {
        Assert.Equal("1,234,567", Say.Number(1_234_567));
        Assert.Equal("99 %", Say.Percent(0.9999));
        Assert.Equal("100 %", Say.Percent(1));
        Assert.Equal("3.2", Say.Rate(3.21));
        Assert.Equal("24,305", Say.Rate(24_305.2));
        Assert.Equal("0", Say.Rate(0));
        Assert.Equal("–", Say.Rate(null));
        Assert.Equal("2.50 GiB", Say.Size(5L << 29));
        Assert.Equal("1 shard", Say.Count(1, "shard"));
        Assert.Equal("2026-11-22 03:10 UTC", Say.Time(new DateTimeOffset(2026, 11, 22, 4, 10, 59, TimeSpan.FromHours(1))));
        Assert.Equal("2026-11-22T03:10:59Z", Say.Stamp(new DateTimeOffset(2026, 11, 22, 4, 10, 59, TimeSpan.FromHours(1))));
    }

    [Fact]
    public void A_time_in_a_zone_is_that_of_its_clocks() =>
        Assert.Equal("2026-11-22 02:30 +01:00", Say.InZone(new DateTimeOffset(2026, 11, 22, 2, 30, 0, TimeSpan.FromHours(1))));
}
