using System.Text;
using System.Text.Unicode;
using BatchLLM.Parquet;
using BatchLLM.Parquet.Schemas;
using BatchLLM.Parquet.Writing;
using Xunit;

namespace BatchLLM.Tests.Parquet;

/// <summary>The smallest and the largest value that a page and a chunk claim.</summary>
public sealed class BoundTests
{
    private static readonly string[] Pieces = ["a", "\u007F", "é", "\uD7FF", "日", "\U0010FFFF", "😀", "\0"];

    [Fact]
    public void Long_texts_lie_between_short_bounds()
    {
        for (var seed = 0; seed < 5000; seed++)
        {
            var random = new Random(seed);
            var text = string.Concat(Enumerable.Range(0, random.Next(90)).Select(_ => Pieces[random.Next(Pieces.Length)]));
            var value = Encoding.UTF8.GetBytes(text);
            var lower = BoundTruncation.Lower(value, isText: true);
            var upper = BoundTruncation.Upper(value, isText: true);

            Assert.True(value.AsSpan().StartsWith(lower), $"seed {seed}");
            Assert.True(lower.Length == value.Length || lower.Length > BoundTruncation.MaxBytes - 4, $"seed {seed}");
            Assert.True(upper is not null && upper.AsSpan().SequenceCompareTo(value) >= 0, $"seed {seed}");
            Assert.True(Utf8.IsValid(lower) && Utf8.IsValid(upper), $"seed {seed}");
            Assert.InRange(upper.Length, 0, BoundTruncation.MaxBytes + 1);
        }
    }

    [Fact]
    public void The_last_character_that_can_rises()
    {
        var many = new string('a', 62);

        Assert.Equal(many + "aab"[1..], Upper(many + "aaz"));
        Assert.Equal(new string('a', 63) + "\u0080", Upper(new string('a', 63) + "\u007Fz"));
        Assert.Equal(new string('a', 60) + "b", Upper(new string('a', 61) + "\U0010FFFF"));
        Assert.Equal("a\uE000", Upper("a\uD7FF" + string.Concat(Enumerable.Repeat("\U0010FFFF", 20))));
        Assert.Null(Upper(string.Concat(Enumerable.Repeat("\U0010FFFF", 17))));
        Assert.Equal([1, 2], BoundTruncation.Upper([1, 1, .. Enumerable.Repeat((byte)255, 63)], isText: false)!);
        Assert.Null(BoundTruncation.Upper([.. Enumerable.Repeat((byte)255, 65)], isText: false));

        static string? Upper(string text) =>
            BoundTruncation.Upper(Encoding.UTF8.GetBytes(text), isText: true) is { } bound
                ? Encoding.UTF8.GetString(bound)
                : null;
    }

    [Fact]
    public void Numbers_without_sign_have_an_order_of_their_own()
    {
        var (page, chunk) = (new ColumnStatistics(ParquetColumnType.UInt64), new ColumnStatistics(ParquetColumnType.UInt64));
        foreach (var value in (ulong[])[7, ulong.MaxValue, 1UL << 63])
        {
            page.Add((long)value);
        }

        chunk.Add(page);

        Assert.Equal(7UL, BitConverter.ToUInt64(chunk.Bounds()!.Min));
        Assert.Equal(ulong.MaxValue, BitConverter.ToUInt64(chunk.Bounds()!.Max!));
        Assert.True(ValueOrder.Compare(ParquetColumnType.UInt64, chunk.Bounds()!.Min, chunk.Bounds()!.Max) < 0);
    }

    [Fact]
    public void Each_page_has_bounds_of_its_own_values()
    {
        var chunk = new ColumnChunkBuilder(new("x", ParquetColumnType.Int32), ["x"], new ParquetWriterOptions { PageRows = 3 });
        var column = new ParquetColumnWriter(chunk);
        foreach (var value in (int?[])[5, -1, 3, null, null, null, 9, null, 8])
        {
            Append(column, value);
        }

        chunk.Close();

        Assert.Equal([(-1, 5), null, (8, 9)], chunk.Summaries.Select(page => Numbers(page.Bounds)));
        Assert.Equal([0L, 3, 1], chunk.Summaries.Select(page => page.NullCount));
        Assert.Equal([3, 0, 2], chunk.Summaries.Select(page => page.ValueCount));
        Assert.Equal((-1, 9), Numbers(chunk.Statistics.Bounds()));
        Assert.Equal(4, chunk.Statistics.NullCount);
    }

    [Fact]
    public void Zeros_of_either_sign_lie_between_both_and_what_is_no_number_nowhere()
    {
        var statistics = new ColumnStatistics(ParquetColumnType.Double);
        statistics.Add(double.NaN);
        Assert.Null(statistics.Bounds());
        statistics.Add(0.0);

        Assert.Equal(BitConverter.GetBytes(-0.0), statistics.Bounds()!.Min);
        Assert.Equal(BitConverter.GetBytes(0.0), statistics.Bounds()!.Max);
        Assert.Equal(1, statistics.NanCount);
    }

    private static void Append(ParquetColumnWriter column, int? value)
    {
        if (value is { } number)
        {
            column.AppendInt64(number);
        }
        else
        {
            column.AppendNull();
        }
    }

    private static (int Min, int Max)? Numbers(ValueBounds? bounds) =>
        bounds is null ? null : (BitConverter.ToInt32(bounds.Min), BitConverter.ToInt32(bounds.Max!));
}
