using System.Text;
using BatchLLM.Blobs.Csv;
using BatchLLM.Rows;
using BatchLLM.Tests.Blobs.Compression;
using Xunit;

namespace BatchLLM.Tests.Blobs.Csv;

public sealed class CsvRowReaderTests
{
    private const string Uri = "memory:/rows.csv";

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 200)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task What_was_written_is_read_whatever_the_ranges(int seed)
    {
        var random = new Random(seed);
        var table = RandomCsv.Create(random);
        var reader = new CsvRowReader(new MemoryBlob(table.Bytes, random.Next(1, 300)));

        foreach (var rowsPerRange in (int[])[1, random.Next(1, 20), int.MaxValue])
        {
            var rows = await reader.RowsAsync(Uri, rowsPerRange);

            Assert.Equal(table.Rows.Select(row => row.Line), rows.Select(row => row.Location.LineNumber!.Value));
            Assert.Equal(Enumerable.Range(1, rows.Count), rows.Select(row => (int)row.Location.RowNumber));
            Assert.All(table.Rows.Zip(rows), pair => Check(table.Header, pair.First.Fields, pair.Second));
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Any_bytes_give_the_same_rows_whatever_the_ranges(int seed)
    {
        var random = new Random(seed);
        byte[] alphabet = [.. "\"\",,\n\n\ra b"u8, 0xC3, 0xA9];
        var file = new MemoryBlob([.. "a,b\n"u8, .. random.GetItems(alphabet, random.Next(400))], random.Next(1, 50));

        var whole = await TryReadAsync(file, int.MaxValue);
        var pieces = await TryReadAsync(file, random.Next(1, 5));

        Assert.Equal(whole?.Select(Describe), pieces?.Select(Describe));
    }

    [Fact]
    public async Task A_compressed_file_is_read_like_a_plain_one()
    {
        var table = RandomCsv.Create(new Random(5));
        var reader = new CsvRowReader(new MemoryBlob(CompressedTexts.Gzip(table.Bytes)));

        var rows = await reader.RowsAsync(Uri + ".gz", 3);

        Assert.NotEmpty(rows);
        Assert.All(table.Rows.Zip(rows), pair => Check(table.Header, pair.First.Fields, pair.Second));
    }

    [Theory]
    [InlineData("1", "The row has 1 fields; expected 2, as the header has.")]
    [InlineData("1,2,3", "The row has 3 fields; expected 2, as the header has.")]
    [InlineData("1,5\" nail", "Field 2 has a quotation mark inside;")]
    [InlineData("\"1\"x,2", "Field 1 goes on behind its closing quotation mark;")]
    [InlineData("\"1\" ,2", "Field 1 goes on behind its closing quotation mark;")]
    public async Task A_malformed_row_fails_alone(string row, string message)
    {
        var rows = await Reader($"a,b\n0,0\n{row}\n2,\"2\"\n").RowsAsync(Uri);

        Assert.Equal(3, rows.Count);
        Assert.Equal(RowErrorCodes.InvalidCsv, rows[1].Error?.Code);
        Assert.StartsWith(message, rows[1].Error?.Message, StringComparison.Ordinal);
        Assert.Equal("2", rows[2].Columns["b"].Text);
    }

    [Fact]
    public async Task A_row_that_is_not_utf8_fails_alone()
    {
        var rows = await Reader([.. "a,b\n1,"u8, 0xC3, .. "\n2,3\n"u8]).RowsAsync(Uri);

        Assert.Equal(RowErrorCodes.InvalidUtf8, rows[0].Error?.Code);
        Assert.Null(rows[1].Error);
    }

    [Fact]
    public async Task A_row_over_the_limit_fails_alone()
    {
        var content = $"a,b\n1,\"{new string('\n', 5000)}\"\n2,3\n";
        var reader = new CsvRowReader(new MemoryBlob(Encoding.UTF8.GetBytes(content), 70), maxRecordBytes: 1000);

        var rows = await reader.RowsAsync(Uri);

        Assert.Equal([RowErrorCodes.RowTooLong, null], rows.Select(row => row.Error?.Code));
        Assert.Equal(5003, rows[1].Location.LineNumber);
    }

    [Fact]
    public async Task A_giant_field_within_the_limit_is_read_whole()
    {
        var text = string.Concat(Enumerable.Repeat("\"日本\n語\"", 500_000));
        var rows = await Reader($"a\n\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"\nx\n").RowsAsync(Uri, 1);

        Assert.Equal(text, rows[0].Columns["a"].Text);
        Assert.Equal("x", rows[1].Columns["a"].Text);
    }

    [Fact]
    public async Task Only_wanted_columns_are_read()
    {
        var rows = await Reader("a,b,,\n1,2,3,4\n").RowsAsync(Uri, 10, "b");

        Assert.Equal(["b"], rows[0].Columns.Keys);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\uFEFF\r\n\n")]
    [InlineData("a,b")]
    [InlineData("a,b\r\n\r\n")]
    public async Task A_file_without_rows_has_no_range(string content) =>
        Assert.Empty(await Reader(content).RangesAsync(Uri));

    [Theory]
    [InlineData("a;b\n1;2\n", "separated by semicolons or tabs")]
    [InlineData("a,b\r1,2\r3,4\r", "Its lines end in carriage returns alone")]
    [InlineData("a,b,a\n1,2,3\n", "The column 'a' stands in it twice")]
    [InlineData("a,b\"\n1,2\n", "Field 2 has a quotation mark inside")]
    [InlineData("a,b\n1,2\n3,\"4\n5,6\n", "the row that begins on line 3 opens a quoted field that the file does not close")]
    [InlineData("\"a,b\n1,2\n", "the row that begins on line 1 opens a quoted field that the file does not close")]
    public async Task A_file_that_cannot_be_read_is_named(string content, string message)
    {
        var e = await Assert.ThrowsAsync<BatchLLMException>(() => Reader(content).RangesAsync(Uri));

        Assert.StartsWith(Uri, e.Message, StringComparison.Ordinal);
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Utf16_is_refused_as_a_whole()
    {
        var e = await Assert.ThrowsAsync<BatchLLMException>(
            () => Reader(Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes("a,b\n")).ToArray()).RangesAsync(Uri));

        Assert.Equal($"{Uri} looks like UTF-16; convert it to UTF-8.", e.Message);
    }

    [Fact]
    public async Task A_file_that_became_shorter_is_named()
    {
        var range = Assert.Single(await Reader("a\n1\n2\n3\n").RangesAsync(Uri));

        var e = await Assert.ThrowsAsync<BatchLLMException>(async () => await Reader("a\n1\n2\n")
            .ReadAsync(Uri, range, null, TestContext.Current.CancellationToken)
            .ToListAsync(TestContext.Current.CancellationToken));

        Assert.StartsWith($"{Uri} has changed: it ends after 6 bytes, before row 3,", e.Message, StringComparison.Ordinal);
    }

    private static void Check(string[] header, string[]? fields, Row row)
    {
        Assert.Equal(fields is null ? RowErrorCodes.InvalidCsv : null, row.Error?.Code);
        Assert.Equal(
            fields is null ? [] : header.Zip(fields, (name, field) => KeyValuePair.Create(name, RowValue.FromText(field))),
            row.Columns);
    }

    private static async Task<List<Row>?> TryReadAsync(MemoryBlob file, int rowsPerRange)
    {
        try
        {
            return await new CsvRowReader(file).RowsAsync(Uri, rowsPerRange);
        }
        catch (BatchLLMException)
        {
            return null; // a quoted field that nothing closes
        }
    }

    private static string Describe(Row row) =>
        $"{row.Location} {row.Error} {string.Join('|', row.Columns.Select(column => $"{column.Key}={column.Value}"))}";

    private static CsvRowReader Reader(string content) => Reader(Encoding.UTF8.GetBytes(content));

    private static CsvRowReader Reader(byte[] content) => new(new MemoryBlob(content, bytesPerRead: 1 << 16));
}
