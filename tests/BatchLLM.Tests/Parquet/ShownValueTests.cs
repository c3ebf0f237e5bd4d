using BatchLLM.Parquet.Schemas;
using BatchLLM.Parquet.Values;
using Xunit;

namespace BatchLLM.Tests.Parquet;

/// <summary>What is shown of a value gives it back.</summary>
public sealed class ShownValueTests
{
    private static readonly ParquetTimeUnit[] Units =
        [ParquetTimeUnit.Milliseconds, ParquetTimeUnit.Microseconds, ParquetTimeUnit.Nanoseconds];

    [Fact]
    public void Days_come_back()
    {
        foreach (var days in Numbers(seed: 1).Select(value => (long)(int)value).Concat([int.MinValue, int.MaxValue]))
        {
            Assert.Equal(days, ValueText.Date(CalendarText.Date(days)));
        }
    }

    [Fact]
    public void Times_and_instants_come_back()
    {
        foreach (var value in Numbers(seed: 2))
        {
            foreach (var unit in Units)
            {
                var isUtc = value % 2 == 0;
                Assert.Equal(value, ValueText.Time(CalendarText.Time(value, unit, isUtc), unit));
                Assert.Equal(value, ValueText.Timestamp(CalendarText.Timestamp(value, unit, isUtc), unit));
            }
        }
    }

    [Fact]
    public void Decimals_come_back()
    {
        foreach (var value in Numbers(seed: 3))
        {
            var scale = (int)((ulong)value % 25);
            Assert.Equal(value, (long)ValueText.Decimal(DecimalText.Show(value, scale), scale));
        }
    }

    [Fact]
    public void Timestamps_of_96_bits_come_back()
    {
        var random = new Random(4);
        foreach (var days in Numbers(seed: 4).Select(value => (int)value).Concat([int.MinValue, int.MaxValue]))
        {
            var bytes = Int96(random.NextInt64(86_400_000_000_000), days);
            Assert.Equal(bytes, ValueText.Int96(CalendarText.Int96(bytes)));
        }

        // More than a day of nanoseconds: the same instant, and at the ends of the range the same bytes.
        foreach (var nanos in Numbers(seed: 5))
        {
            var shown = CalendarText.Int96(Int96(nanos, 2_440_588));
            Assert.Equal(shown, CalendarText.Int96(ValueText.Int96(shown)));
        }

        foreach (var bytes in (byte[][])[Int96(long.MaxValue, int.MaxValue), Int96(long.MinValue, int.MinValue)])
        {
            Assert.Equal(bytes, ValueText.Int96(CalendarText.Int96(bytes)));
        }
    }

    [Fact]
    public void Intervals_come_back()
    {
        var bytes = new byte[12];
        for (var seed = 0; seed < 2000; seed++)
        {
            new Random(seed).NextBytes(bytes);
            Assert.Equal(bytes, ValueText.Interval(CalendarText.Interval(bytes)));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("P1M")]
    [InlineData("P1M2DT3S4")]
    [InlineData("P-1M2DT3S")]
    public void An_interval_of_another_form_is_none(string text) =>
        Assert.ThrowsAny<SystemException>(() => ValueText.Interval(text));

    [Theory]
    [InlineData("1.23")]
    [InlineData("1.2345")]
    [InlineData("123")]
    [InlineData("1,234")]
    public void A_decimal_of_other_digits_is_none(string text) =>
        Assert.Throws<FormatException>(() => ValueText.Decimal(text, scale: 3));

    private static byte[] Int96(long nanos, int days) => [.. BitConverter.GetBytes(nanos), .. BitConverter.GetBytes(days)];

    /// <summary>Of all magnitudes, and the ends.</summary>
    private static IEnumerable<long> Numbers(int seed)
    {
        var random = new Random(seed);
        return Enumerable.Range(0, 2000)
            .Select(_ => random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(63))
            .Concat([0, 1, -1, 999, -999, long.MaxValue, long.MinValue + 1, long.MinValue]);
    }
}
