using BatchLLM.Parquet;
using BatchLLM.Parquet.Compression;
using BatchLLM.Parquet.Metadata;
using BatchLLM.Parquet.Reading;
using BatchLLM.Parquet.Schemas;
using BatchLLM.Parquet.Values;
using Xunit;

namespace BatchLLM.Tests.Parquet;

/// <summary>Page forms that no writer at hand makes any more.</summary>
public sealed class LegacyPageTests
{
    private static readonly ParquetColumnSchema Column = new("number", ParquetColumnType.Int32);

    [Fact]
    public async Task Bit_packed_levels_are_read_from_the_most_significant_bit()
    {
        // Rows: 7, null, null, 8, null, null, null, null, 9.
        byte[] body = [0b1001_0000, 0b1000_0000, 7, 0, 0, 0, 8, 0, 0, 0, 9, 0, 0, 0];
        using var opener = new PageOpener(Column, new PageBuffers(), new PagePlace("a", "b", 0));
        var page = opener.OpenVersion1(await BodyAsync(Header(body.Length, ParquetEncoding.BIT_PACKED, rows: 9), body));
        var values = ColumnValues.ForRows(Column.Type, 9);

        page.Read(values, 9);

        Assert.Equal([1, 0, 0, 1, 0, 0, 0, 0, 1], values.Defined);
        Assert.Equal([7L, 8, 9], new[] { 0, 3, 8 }.Select(row => values.Numbers[row]));
    }

    [Fact]
    public async Task Levels_in_an_unknown_encoding_are_refused_by_its_name()
    {
        var body = await BodyAsync(Header(8, ParquetEncoding.PLAIN, rows: 1), new byte[8]);
        using var opener = new PageOpener(Column, new PageBuffers(), new PagePlace("a", "b", 0));

        var refusal = Assert.Throws<ParquetException>(() => opener.OpenVersion1(body));

        Assert.Contains("column 'b' uses definition levels in the encoding PLAIN", refusal.Message);
    }

    [Fact]
    public async Task A_small_page_cannot_ask_for_a_large_buffer()
    {
        var header = Header(1 << 29, ParquetEncoding.RLE, rows: 1) with { CompressedSize = 100 };
        var body = new PageBody(header, new PagePlace("a", "b", 0), SnappyCodec.Instance, Column, new PageBuffers(), new PageWork());
        body.BeginOpening();

        var fault = await body.OpenAsync();

        Assert.Equal("the page claims 536870912 bytes, from 100 compressed ones; expected at most 2200", fault);
        Assert.Empty(body.Data);
    }

    private static async Task<PageBody> BodyAsync(PageHeader header, byte[] bytes)
    {
        var body = new PageBody(
            header with { CompressedSize = bytes.Length },
            new PagePlace("a", "b", 0),
            UncompressedCodec.Instance,
            Column,
            new PageBuffers(), new PageWork());
        bytes.CopyTo(body.Stored);
        body.BeginOpening();
        Assert.Null(await body.OpenAsync());
        return body;
    }

    private static PageHeader Header(int length, ParquetEncoding levels, int rows) => new()
    {
        Type = PageType.Data,
        UncompressedSize = length,
        ValueCount = rows,
        Encoding = ParquetEncoding.PLAIN,
        DefinitionEncoding = levels,
    };
}
