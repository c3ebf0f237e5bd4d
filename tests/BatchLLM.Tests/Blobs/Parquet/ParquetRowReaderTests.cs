using BatchLLM.Blobs.Files;
using BatchLLM.Blobs.Parquet;
using BatchLLM.Parquet;
using BatchLLM.Parquet.Schemas;
using BatchLLM.Rows;
using Xunit;

namespace BatchLLM.Tests.Blobs.Parquet;

public sealed class ParquetRowReaderTests
{
    private static readonly ParquetColumnSchema Id = new("id", ParquetColumnType.Int64);
    private static readonly ParquetColumnSchema Text = new("text", ParquetColumnType.Text);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0, 10, 4)]
    [InlineData(1, 10, 4)]
    [InlineData(25, 10, 4)]
    [InlineData(5000, 1024, 777)]
    [InlineData(30, 10, 30)]
    public async Task Ranges_cover_every_row_once_whatever_the_row_groups(int rows, int rowsPerRange, int rowsPerGroup)
    {
        var reader = await WriteAsync([Id], rows, rowsPerGroup, (column, _, row) => column.AppendInt64(row));
        var ranges = await reader.RangesAsync(MemoryBlob.Uri, rowsPerRange);
        Assert.All(ranges, range => Assert.InRange(range.RowCount, 1, rowsPerRange));
        Assert.Equal((rows + rowsPerRange - 1) / rowsPerRange, ranges.Count);

        var read = await reader.RowsAsync(MemoryBlob.Uri, rowsPerRange);
        Assert.Equal(Enumerable.Range(0, rows).Select(row => (long)row), read.Select(row => row.Columns["id"].Integer));
        Assert.Equal(
            Enumerable.Range(1, rows).Select(row => new RowLocation(MemoryBlob.Uri, row, null)),
            read.Select(row => row.Location));
    }

    [Fact]
    public async Task Ranges_are_cut_from_the_footer_and_each_reads_its_own_pages()
    {
        const int Rows = 100_000;
        var content = await BytesAsync([Id, Text], Rows, Rows, (column, name, row) =>
        {
            if (name == "id")
            {
                column.AppendInt64(row);
            }
            else
            {
                column.AppendText($"{row * 7919L % 1_000_003}, {row * 104_729L % 1_000_033}");
            }
        });
        var blob = new MemoryBlob(content);
        var reader = new ParquetRowReader(blob);

        var ranges = await reader.RangesAsync(MemoryBlob.Uri, 20_000);
        Assert.InRange(blob.BytesRead, 1, 2000);
        var planning = blob.BytesRead;
        await reader.ReadAsync(MemoryBlob.Uri, ranges[3], null, Cancellation).ToListAsync();

        Assert.Equal(5, ranges.Count);
        Assert.InRange(blob.BytesRead - planning, content.Length / 6, content.Length / 4);
    }

    [Fact]
    public async Task Each_type_has_its_kind()
    {
        var reader = await WriteAsync(
            [
                new("boolean", ParquetColumnType.Boolean), new("int", ParquetColumnType.Int32),
                new("long", ParquetColumnType.Int64), new("single", ParquetColumnType.Float),
                new("double", ParquetColumnType.Double), new("text", ParquetColumnType.Text),
                new("readable", ParquetColumnType.Binary), new("binary", ParquetColumnType.Binary),
                new("date", ParquetColumnType.Date), new("time", ParquetColumnType.TimestampMicros),
                new("absent", ParquetColumnType.Text),
            ],
            1, 1, Append);
        Assert.Equal(
            [
                new("boolean", RowValue.FromBoolean(true)), new("int", RowValue.FromInteger(-5)),
                new("long", RowValue.FromInteger(long.MinValue)), new("single", RowValue.FromNumber(0.1)),
                new("double", RowValue.FromNumber(0.30000000000000004)), new("text", RowValue.FromText("größe 😀")),
                new("readable", RowValue.FromText("plain")), new("binary", RowValue.FromText("/wA=")),
                new("date", RowValue.FromText("2026-11-21")),
                new("time", RowValue.FromText("1970-01-01T00:00:00.000001Z")),
                new("absent", RowValue.Null),
            ],
            Assert.Single(await reader.RowsAsync(MemoryBlob.Uri)).Columns);

        static void Append(ParquetColumnWriter column, string name, int row)
        {
            switch (name)
            {
                case "boolean": column.AppendBoolean(true); break;
                case "int": column.AppendInt64(-5); break;
                case "long": column.AppendInt64(long.MinValue); break;
                case "single": column.AppendDouble(0.1); break;
                case "double": column.AppendDouble(0.30000000000000004); break;
                case "text": column.AppendText("größe 😀"); break;
                case "readable": column.AppendBytes("plain"u8); break;
                case "binary": column.AppendBytes([0xFF, 0x00]); break;
                case "date": column.AppendInt64(20_778); break;
                case "time": column.AppendInt64(1); break;
                default: column.AppendNull(); break;
            }
        }
    }

    [Fact]
    public async Task Only_wanted_columns_are_read_and_lacking_ones_left_out()
    {
        var rows = await (await TwoColumnsAsync()).RowsAsync(MemoryBlob.Uri, 10, "text", "nowhere");
        Assert.All(rows, row => Assert.Equal(["text"], row.Columns.Keys));
        Assert.Equal("row 1", rows[1].Columns["text"].Text);
    }

    [Fact]
    public async Task Columns_come_in_file_order()
    {
        var rows = await (await TwoColumnsAsync()).RowsAsync(MemoryBlob.Uri, 10, "text", "id");
        Assert.Equal(["id", "text"], rows[0].Columns.Keys);
    }

    [Fact]
    public async Task Rows_count_even_if_no_column_is_wanted()
    {
        var rows = await (await TwoColumnsAsync()).RowsAsync(MemoryBlob.Uri, 10, "nowhere");
        Assert.Equal([1, 2, 3], rows.Select(row => row.Location.RowNumber));
    }

    [Fact]
    public async Task A_value_that_is_not_utf8_fails_its_row_alone()
    {
        var reader = await WriteAsync([Id, Text], 3, 10, (column, name, row) =>
        {
            if (name == "id")
            {
                column.AppendInt64(row);
            }
            else
            {
                column.AppendBytes(row == 1 ? [0x61, 0xC3] : "good"u8);
            }
        });
        var rows = await reader.RowsAsync(MemoryBlob.Uri);
        Assert.Equal(
            [null, new RowError(RowErrorCodes.InvalidUtf8, "Column 'text' holds bytes that are not UTF-8."), null],
            rows.Select(row => row.Error));
        Assert.Empty(rows[1].Columns);
        Assert.All(await reader.RowsAsync(MemoryBlob.Uri, 10, "id"), row => Assert.Null(row.Error));
    }

    [Fact]
    public async Task Kinds_are_those_of_the_schema()
    {
        var kinds = await (await TwoColumnsAsync()).KindsAsync(MemoryBlob.Uri, Cancellation);
        Assert.Equal([new("id", RowValueKind.Integer), new("text", RowValueKind.Text)], kinds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"a\":1}\n{\"a\":2}\n")]
    [InlineData("PAR1 and nothing else")]
    public async Task A_file_that_is_not_parquet_is_named(string content)
    {
        var reader = new ParquetRowReader(new MemoryBlob(System.Text.Encoding.UTF8.GetBytes(content)));
        var e = await Assert.ThrowsAsync<BatchLLMException>(() => reader.RangesAsync(MemoryBlob.Uri));
        Assert.StartsWith(MemoryBlob.Uri, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Damage_in_the_middle_is_an_error_of_the_file()
    {
        var content = await BytesAsync([Text], 3000, 1000, (column, _, row) => column.AppendText($"row {row}"));
        Array.Fill(content, (byte)0xFF, 4, 40);
        var reader = new ParquetRowReader(new MemoryBlob(content));
        Assert.Equal(3, (await reader.RangesAsync(MemoryBlob.Uri)).Count);
        var e = await Assert.ThrowsAsync<BatchLLMException>(() => reader.RowsAsync(MemoryBlob.Uri));
        Assert.StartsWith(MemoryBlob.Uri, e.Message, StringComparison.Ordinal);
        Assert.False(e.IsTransient);
    }

    [Fact]
    public async Task A_file_with_fewer_rows_than_before_is_named()
    {
        var reader = await TwoColumnsAsync();
        var e = await Assert.ThrowsAsync<BatchLLMException>(async () =>
            await reader.ReadAsync(MemoryBlob.Uri, new RowRange(2, 3, 0, 0), null, Cancellation).ToListAsync());
        Assert.StartsWith(
            $"{MemoryBlob.Uri} has changed: it has 3 rows, but rows 2 to 4 stood in it", e.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_file_is_named()
    {
        var reader = new ParquetRowReader(new FileBlobStore());
        var e = await Assert.ThrowsAsync<BatchLLMException>(() => reader.RangesAsync("file:///no/such.parquet"));
        Assert.Contains("/no/such.parquet", e.Message, StringComparison.Ordinal);
    }

    private static Task<ParquetRowReader> TwoColumnsAsync() => WriteAsync([Id, Text], 3, 10, (column, name, row) =>
    {
        if (name == "id")
        {
            column.AppendInt64(row);
        }
        else
        {
            column.AppendText($"row {row}");
        }
    });

    private static async Task<ParquetRowReader> WriteAsync(
        IReadOnlyList<ParquetColumnSchema> columns, int rows, int rowsPerGroup,
        Action<ParquetColumnWriter, string, int> append) =>
        new(new MemoryBlob(await BytesAsync(columns, rows, rowsPerGroup, append), bytesPerRead: 1000));

    private static async Task<byte[]> BytesAsync(
        IReadOnlyList<ParquetColumnSchema> columns, int rows, int rowsPerGroup,
        Action<ParquetColumnWriter, string, int> append)
    {
        using var stream = new MemoryStream();
        var writer = new ParquetWriter(stream, columns, new ParquetWriterOptions { RowGroupRows = rowsPerGroup });
        for (var row = 0; row < rows; row++)
        {
            foreach (var column in writer.Columns)
            {
                append(column, column.Schema.Name, row);
            }

            await writer.EndRowAsync(Cancellation);
        }

        await writer.CompleteAsync(Cancellation);
        return stream.ToArray();
    }
}
