using System.Numerics;
using BatchLLM.Parquet.Schemas;
using BatchLLM.Parquet.Values;
using Xunit;

namespace BatchLLM.Tests.Parquet;

/// <summary>Values as text, where no other file shows them: the ends of ranges, negative values, odd bytes.</summary>
public sealed class ValueTextTests
{
    [Theory]
    [InlineData(0, "1970-01-01")]
    [InlineData(-1, "1969-12-31")]
    [InlineData(19_782, "2024-02-29")]
    [InlineData(2_932_896, "9999-12-31")]
    [InlineData(2_932_897, "+010000-01-01")]
    [InlineData(-719_162, "0001-01-01")]
    [InlineData(-719_163, "0000-12-31")]
    [InlineData(-719_529, "-000001-12-31")]
    [InlineData(int.MaxValue, "+5881580-07-11")]
    [InlineData(int.MinValue, "-5877641-06-23")]
    public void Dates(long days, string expected) => Assert.Equal(expected, CalendarText.Date(days));

    [Theory]
    [InlineData(0, ParquetTimeUnit.Milliseconds, true, "1970-01-01T00:00:00Z")]
    [InlineData(-1, ParquetTimeUnit.Milliseconds, false, "1969-12-31T23:59:59.999")]
    [InlineData(-1, ParquetTimeUnit.Nanoseconds, true, "1969-12-31T23:59:59.999999999Z")]
    [InlineData(1_000_000, ParquetTimeUnit.Microseconds, true, "1970-01-01T00:00:01Z")]
    [InlineData(1_500, ParquetTimeUnit.Microseconds, true, "1970-01-01T00:00:00.001500Z")]
    [InlineData(long.MaxValue, ParquetTimeUnit.Nanoseconds, false, "2262-04-11T23:47:16.854775807")]
    [InlineData(long.MinValue, ParquetTimeUnit.Nanoseconds, false, "1677-09-21T00:12:43.145224192")]
    [InlineData(long.MaxValue, ParquetTimeUnit.Milliseconds, false, "+292278994-08-17T07:12:55.807")]
    [InlineData(long.MinValue, ParquetTimeUnit.Milliseconds, false, "-292275055-05-16T16:47:04.192")]
    public void Timestamps(long value, ParquetTimeUnit unit, bool isUtc, string expected) =>
        Assert.Equal(expected, CalendarText.Timestamp(value, unit, isUtc));

    [Theory]
    [InlineData(0, ParquetTimeUnit.Microseconds, false, "00:00:00")]
    [InlineData(86_399_999, ParquetTimeUnit.Milliseconds, true, "23:59:59.999Z")]
    [InlineData(-1, ParquetTimeUnit.Nanoseconds, false, "-00:00:00.000000001")]
    [InlineData(long.MinValue, ParquetTimeUnit.Nanoseconds, false, "-2562047:47:16.854775808")]
    public void Times(long value, ParquetTimeUnit unit, bool isUtc, string expected) =>
        Assert.Equal(expected, CalendarText.Time(value, unit, isUtc));

    [Theory]
    [InlineData("0000000000000000" + "8C3D2500", "1970-01-01T00:00:00")]
    [InlineData("FFFFFFFFFFFFFFFF" + "8C3D2500", "1969-12-31T23:59:59.999999999")]
    public void Int96(string bytes, string expected) =>
        Assert.Equal(expected, CalendarText.Int96(Convert.FromHexString(bytes)));

    [Theory]
    [InlineData("0", 0, "0")]
    [InlineData("0", 3, "0.000")]
    [InlineData("-5", 2, "-0.05")]
    [InlineData("-12345", 2, "-123.45")]
    [InlineData("99999999999999999999999999999999999999", 38, "0.99999999999999999999999999999999999999")]
    public void Decimals(string unscaled, int scale, string expected) =>
        Assert.Equal(expected, DecimalText.Show(BigInteger.Parse(unscaled, null), scale));

    [Theory]
    [InlineData("", "")]
    [InlineData("616263", "abc")]
    [InlineData("C3A4", "ä")]
    [InlineData("0A0D09", "\n\r\t")]
    [InlineData("6100", "YQA=")]
    [InlineData("FF", "/w==")]
    [InlineData("7F", "fw==")]
    public void Binary_that_is_readable_is_text_and_else_base64(string bytes, string expected) =>
        Assert.Equal(expected, BinaryText.Show(Convert.FromHexString(bytes)));

    [Fact]
    public void Bytes_that_are_not_UTF8_are_no_text() => Assert.Null(BinaryText.Decode([0x61, 0xC3]));

    [Theory]
    [InlineData("000000000000000000000000", "P0M0DT0S")]
    [InlineData("01000000FFFFFFFFE9030000", "P1M4294967295DT1.001S")]
    public void Intervals(string bytes, string expected) =>
        Assert.Equal(expected, CalendarText.Interval(Convert.FromHexString(bytes)));
}
