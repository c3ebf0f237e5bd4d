using BatchLLM.Parquet;
using BatchLLM.Parquet.Metadata;
using BatchLLM.Parquet.Reading;
using BatchLLM.Parquet.Schemas;
using Xunit;

namespace BatchLLM.Tests.Parquet;

/// <summary>A part of a file costs its own bytes.</summary>
public sealed class RangedReadTests
{
    private const int Rows = 20_000;
    private const int PageRows = 500;

    private static readonly ParquetColumnSchema[] Columns =
    [
        new("id", ParquetColumnType.Int64), new("label", ParquetColumnType.Text), new("text", ParquetColumnType.Text),
        new("other", ParquetColumnType.Text),
    ];

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, 5000)]
    [InlineData(9_990, 20)]
    [InlineData(12_345, 1000)]
    [InlineData(19_999, 1)]
    public async Task A_range_of_rows_reads_its_own_pages(int firstRow, int rowCount)
    {
        var bytes = await WriteAsync(Rows);
        var file = new CountingSource(bytes);
        var footer = await Footer.ReadAsync(file, "f", CancellationToken.None);
        var group = Assert.Single(footer.Metadata.RowGroups);
        var pages = ((firstRow + rowCount - 1) / PageRows) - (firstRow / PageRows) + 1;
        var share = group.Columns.Take(3).Sum(chunk =>
            chunk.OffsetIndexLength + (chunk.DataPageOffset - chunk.Offset) + (chunk.CompressedSize * pages * PageRows / Rows));
        var source = new CountingSource(bytes);

        var reader = await ParquetReader.OpenAsync(source, "f", CancellationToken.None);
        Assert.Equal(file.BytesRead, source.BytesRead);
        var rows = await reader.ReadTextAsync(["id", "label", "text"], firstRow, rowCount);

        Assert.Equal(Enumerable.Range(firstRow, rowCount).Select(row => $"{row}"), rows.Select(row => row[0]));
        Assert.InRange(source.BytesRead, share / 2, file.BytesRead + (share * 11 / 10) + 2000);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(9_990, 20)]
    [InlineData(12_345, 1000)]
    [InlineData(19_999, 1)]
    public async Task A_range_of_lists_reads_its_own_pages(int firstRow, int rowCount)
    {
        var bytes = await WriteListsAsync();
        var file = new CountingSource(bytes);
        var footer = await Footer.ReadAsync(file, "f", CancellationToken.None);
        var chunk = Assert.Single(Assert.Single(footer.Metadata.RowGroups).Columns);
        var pages = ((firstRow + rowCount - 1) / PageRows) - (firstRow / PageRows) + 1;
        var share = chunk.OffsetIndexLength + (chunk.CompressedSize * pages * PageRows / Rows);
        var source = new CountingSource(bytes);

        var reader = await ParquetReader.OpenAsync(source, "f", CancellationToken.None);
        var rows = await reader.ReadTextAsync(["ids"], firstRow, rowCount);

        Assert.Equal(
            Enumerable.Range(firstRow, rowCount).Select(row => row % 3 == 0 ? "[]" : $"[\"{row}\",\"{row * 7919 % 10_007}\"]"),
            rows.Select(row => row[0]));
        Assert.InRange(source.BytesRead, share / 2, file.BytesRead + (share * 11 / 10) + 2000);
    }

    [Fact]
    public async Task Without_an_index_pages_are_passed_over_by_their_headers()
    {
        var bytes = await WriteAsync(Rows, pageRows: 2000);
        var whole = new CountingSource(bytes);
        var expected = await ReadAsync(whole, "text", 10_500, 500);
        await EraseIndexesAsync(bytes);
        var source = new CountingSource(bytes);

        Assert.Equal(expected, await ReadAsync(source, "text", 10_500, 500));

        // What is read for a header, and what is read ahead, is small beside pages of 400 KB.
        Assert.InRange(source.BytesRead, whole.BytesRead, whole.BytesRead + (12 * (64 << 10)) + (512 << 10));
    }

    [Fact]
    public async Task A_column_that_is_not_asked_for_is_not_read()
    {
        var bytes = await WriteAsync(Rows);
        var source = new CountingSource(bytes);
        var footer = await Footer.ReadAsync(new CountingSource(bytes), "f", CancellationToken.None);
        var chunk = footer.Metadata.RowGroups[0].Columns[3];

        await ReadAsync(source, "other", 0, Rows);

        var pages = new ByteRange(chunk.Offset, chunk.Offset + chunk.CompressedSize);
        var beside = source.Reads.Where(read => !pages.Contains(read) && read.Start < footer.Start);
        Assert.Empty(beside);
        Assert.Equal(chunk.CompressedSize, source.Reads.Where(pages.Contains).Sum(read => read.Length));
    }

    [Fact]
    public async Task Small_neighbours_are_read_at_once()
    {
        const int Groups = 5;
        var bytes = await WriteAsync(100 * Groups, groupRows: 100);
        var source = new CountingSource(bytes);

        var reader = await ParquetReader.OpenAsync(source, "f", CancellationToken.None);
        var rows = await reader.ReadTextAsync(reader.ReadableColumns());

        Assert.Equal(100 * Groups, rows.Count);
        Assert.Equal(2 + Groups, source.Reads.Count);
    }

    [Fact]
    public void Only_small_neighbours_are_joined()
    {
        ByteRange[] wanted =
        [
            new(5_000_000, 5_000_100), new(100, 200), new(200, 300), new(10_000, 10_100), new(50, 50),
            new(60_000, 2_000_000), new(2_000_000, 2_000_100), new(5_000_050, 5_000_060),
        ];

        Assert.Equal([new(100, 10_100), new(5_000_000, 5_000_100)], CoalescedSource.Blocks(wanted));
        Assert.Empty(CoalescedSource.Blocks([]));
    }

    [Fact]
    public async Task Any_changed_bit_of_an_index_is_found_or_does_no_harm()
    {
        var bytes = await WriteAsync(3000, pageRows: 300);
        var expected = await ReadAsync(new CountingSource(bytes), "text", 1000, 700);
        var footer = await Footer.ReadAsync(new CountingSource(bytes), "f", CancellationToken.None);
        var index = footer.Metadata.RowGroups[0].Columns[2];
        var (refused, read) = (0, 0);
        for (var bit = 0; bit < 8 * index.OffsetIndexLength; bit++)
        {
            var damaged = (byte[])bytes.Clone();
            damaged[index.OffsetIndexOffset + (bit / 8)] ^= (byte)(1 << (bit % 8));
            try
            {
                Assert.Equal(expected, await ReadAsync(new CountingSource(damaged), "text", 1000, 700));
                read++;
            }
            catch (ParquetException)
            {
                refused++;
            }
        }

        Assert.True(refused > 5 && read > 5, $"{refused} refused, {read} read");
    }

    [Fact]
    public void An_index_that_contradicts_itself_is_not_used()
    {
        var chunk = new ByteRange(100, 400);
        List<PageLocation> good = [Page(150, 100, 0), Page(250, 150, 10)];

        Assert.Equal(
            new PageSpan(1, 10, 20, new(100, 150), new(250, 400)), PageSpan.Find(good, chunk, 30, 12, 13));
        Assert.Equal(new PageSpan(0, 0, 10, new(100, 150), new(150, 250)), PageSpan.Find(good, chunk, 30, 0, 10));
        Assert.Null(PageSpan.Find([], chunk, 30, 0, 10));
        Assert.Null(PageSpan.Find([Page(150, 100, 1)], chunk, 30, 0, 10));
        Assert.Null(PageSpan.Find([Page(150, 251, 0)], chunk, 30, 0, 10));
        Assert.Null(PageSpan.Find([Page(99, 10, 0)], chunk, 30, 0, 10));
        Assert.Null(PageSpan.Find([Page(150, 101, 0), good[1]], chunk, 30, 0, 10));
        Assert.Null(PageSpan.Find([good[0], Page(250, 150, 30)], chunk, 30, 0, 10));
        Assert.Null(PageSpan.Find([good[0], Page(250, 150, 0)], chunk, 30, 0, 10));
    }

    private static PageLocation Page(long offset, int size, long firstRow) =>
        new() { Offset = offset, Size = size, FirstRow = firstRow };

    private static async Task<List<string?[]>> ReadAsync(CountingSource source, string column, long first, long count)
    {
        var reader = await ParquetReader.OpenAsync(source, "f", CancellationToken.None);
        return await reader.ReadTextAsync([column], first, count);
    }

    private static async Task EraseIndexesAsync(byte[] bytes)
    {
        var footer = await Footer.ReadAsync(new CountingSource(bytes), "f", CancellationToken.None);
        foreach (var chunk in footer.Metadata.RowGroups.SelectMany(group => group.Columns))
        {
            bytes.AsSpan((int)chunk.OffsetIndexOffset, chunk.OffsetIndexLength).Clear();
        }
    }

    /// <summary>Texts of 200 bytes that compress by half.</summary>
    private static async Task<byte[]> WriteListsAsync()
    {
        using var stream = new MemoryStream();
        var options = new ParquetWriterOptions { PageRows = PageRows };
        var writer = new ParquetWriter(stream, [new("ids", ParquetColumnType.Int32List)], options);
        for (var row = 0; row < Rows; row++)
        {
            writer.Columns[0].AppendList(row % 3 == 0 ? [] : [row, row * 7919 % 10_007]);
            await writer.EndRowAsync(CancellationToken.None);
        }

        await writer.CompleteAsync(CancellationToken.None);
        return stream.ToArray();
    }

    private static async Task<byte[]> WriteAsync(int rows, int groupRows = Rows, int pageRows = PageRows)
    {
        var random = new Random(1);
        using var stream = new MemoryStream();
        var writer = new ParquetWriter(
            stream, Columns, new() { PageRows = pageRows, RowGroupRows = groupRows, Compression = ParquetCompression.Snappy });
        for (var row = 0; row < rows; row++)
        {
            writer.Columns[0].AppendInt64(row);
            writer.Columns[1].AppendText(random.Next(2) == 0 ? "billing" : "technical");
            writer.Columns[2].AppendText(Text(random));
            writer.Columns[3].AppendText(Text(random));
            await writer.EndRowAsync(CancellationToken.None);
        }

        await writer.CompleteAsync(CancellationToken.None);
        return stream.ToArray();
    }

    private static string Text(Random random)
    {
        var bytes = new byte[100];
        random.NextBytes(bytes);
        return Convert.ToHexString(bytes);
    }
}
