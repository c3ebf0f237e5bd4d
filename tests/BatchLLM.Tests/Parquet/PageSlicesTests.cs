using System.Buffers.Binary;
using BatchLLM.Parquet;
using BatchLLM.Parquet.Encodings;
using BatchLLM.Parquet.Metadata;
using BatchLLM.Parquet.Reading;
using BatchLLM.Parquet.Schemas;
using BatchLLM.Parquet.Values;
using Xunit;

namespace BatchLLM.Tests.Parquet;

/// <summary>Byte arrays that were looked for beforehand are those that are found one after the other.</summary>
public sealed class PageSlicesTests
{
    private static readonly ParquetColumnSchema Text = new("text", ParquetColumnType.Text, IsOptional: true);
    private static readonly PagePlace Place = new("f", "text", 0);

    [Fact]
    public void Values_and_faults_are_those_of_a_page_that_was_not_looked_at()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var (page, start, count) = RandomPage(random);
            var buffers = new PageBuffers();
            var found = PageSlices.Begin(Header(count), Text, buffers)!;
            for (var given = 0; given < page.Length;)
            {
                given += random.Next(1, page.Length - given + 1);
                found.Find(page.AsSpan(0, given));
            }

            Assert.True(found.Count <= count && (found.End >= start || page.Length == 0), $"seed {seed}");
            var values = new PageValues(page, start, page.Length, Text.Type, Place);
            var (plain, ahead) = (new PlainByteArrayDecoder(values), new PlainByteArrayDecoder(values, found));
            for (var left = count + random.Next(2); left > 0;)
            {
                var step = random.Next(1, Math.Min(left, 1024) + 1);
                var expected = Read(plain, step);
                Assert.True(expected == Read(ahead, step), $"seed {seed}: {left} values before the end");
                left = expected.StartsWith("f:", StringComparison.Ordinal) ? 0 : left - step;
            }

            found.Dispose();
            Assert.True(buffers.IsWhole, $"seed {seed}");
        }
    }

    [Fact]
    public void Nothing_is_looked_for_where_values_are_something_else()
    {
        Assert.Null(PageSlices.Begin(Header(1) with { Encoding = ParquetEncoding.RLE_DICTIONARY }, Text, new PageBuffers()));
        Assert.Null(PageSlices.Begin(Header(1) with { Type = PageType.Dictionary }, Text, new PageBuffers()));
        Assert.Null(PageSlices.Begin(Header(1), new ParquetColumnSchema("n", ParquetColumnType.Int64), new PageBuffers()));
    }

    [Fact]
    public void Levels_without_a_length_before_them_are_left_to_whoever_reads_them() =>
        Assert.Null(EndOf(Header(1) with { DefinitionEncoding = ParquetEncoding.BIT_PACKED }, new byte[100]));

    [Theory]
    [InlineData(new byte[] { 1, 0, 0 })]
    [InlineData(new byte[] { 1, 0, 0, 0 })]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0 })]
    public void Levels_that_claim_more_than_the_page_are_left_to_whoever_reads_them(byte[] page) =>
        Assert.Null(EndOf(Header(1), page));

    private static int? EndOf(PageHeader header, byte[] page)
    {
        var found = PageSlices.Begin(header, Text, new PageBuffers())!;
        found.Find(page);
        return found.End;
    }

    private static PageHeader Header(int count) =>
        new() { Type = PageType.Data, UncompressedSize = 1 << 20, Encoding = ParquetEncoding.PLAIN, DefinitionEncoding = ParquetEncoding.RLE, ValueCount = count };

    /// <summary>Levels of some bytes, and values of which one in four pages has a wrong one.</summary>
    private static (byte[] Page, int Start, int Count) RandomPage(Random random)
    {
        var (count, most, levels) = (random.Next(30_000), random.Next(1, 40), new byte[random.Next(20)]);
        List<byte> page = [.. Bytes(levels.Length), .. levels];
        var start = page.Count;
        var wrong = random.Next(4) == 0 ? random.Next(count + 1) : -1;
        for (var i = 0; i < count; i++)
        {
            var value = new byte[random.Next(most)];
            page.AddRange(Bytes(i == wrong ? random.Next(2) == 0 ? -1 : 1 << 24 : value.Length));
            page.AddRange(value);
        }

        return ([.. page], start, count);
    }

    private static byte[] Bytes(int length)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, length);
        return bytes;
    }

    /// <returns>Where the values stand, or what is wrong with them.</returns>
    private static string Read(PlainByteArrayDecoder decoder, int count)
    {
        var target = ColumnValues.ForRows(Text.Type, count);
        try
        {
            decoder.Read(target, count);
        }
        catch (ParquetException refusal)
        {
            return refusal.Message;
        }

        return string.Join(' ', target.Slices.Select(slice => $"{slice.Offset}+{slice.Length}"));
    }
}
