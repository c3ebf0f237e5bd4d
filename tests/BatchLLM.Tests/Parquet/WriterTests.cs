using BatchLLM.Parquet;
using BatchLLM.Parquet.Compression;
using BatchLLM.Parquet.Schemas;
using Xunit;

namespace BatchLLM.Tests.Parquet;

/// <summary>What the writer promises beside giving values back.</summary>
public sealed class WriterTests
{
    private static readonly ParquetColumnSchema Text = new("text", ParquetColumnType.Text);
    private static readonly ParquetColumnSchema Number = new("number", ParquetColumnType.Int32, IsOptional: false);

    [Fact]
    public async Task Row_groups_are_bounded_in_rows_and_in_bytes()
    {
        var byRows = await WriteAsync(
            [Number], new() { RowGroupRows = 10 }, (writer, i) => writer.Columns[0].AppendInt64(i), 35);
        var byBytes = await WriteAsync(
            [Text], new() { RowGroupBytes = 5000 }, (writer, i) => writer.Columns[0].AppendText($"{i,1000}"), 20);

        var inRows = (await ParquetFiles.OpenAsync(byRows)).RowGroups.Select(group => group.RowCount);
        Assert.Equal([10L, 10, 10, 5], inRows);
        Assert.All((await ParquetFiles.OpenAsync(byBytes)).RowGroups, group => Assert.InRange(group.RowCount, 1, 5));
    }

    [Fact]
    public async Task Values_that_repeat_take_little_room()
    {
        var repeated = await WriteAsync(
            [Text],
            new() { Compression = ParquetCompression.None },
            (writer, i) => writer.Columns[0].AppendText(i % 2 == 0 ? "a rather long label" : "another label"),
            10_000);

        Assert.InRange(repeated.Length, 1, 3000);
    }

    [Fact]
    public async Task A_file_without_rows_is_a_file()
    {
        var reader = await ParquetFiles.OpenAsync(await WriteAsync([Text, Number], new(), (_, _) => { }, 0));

        Assert.Equal(0, reader.RowCount);
        Assert.Equal(["text", "number"], reader.ReadableColumns());
        Assert.Empty(await reader.ReadTextAsync(["number"]));
        Assert.Matches(@"^BatchLLM version \d+\.\d+\.\d+$", reader.CreatedBy);
    }

    [Fact]
    public async Task A_list_is_written_in_three_levels_beside_flat_columns()
    {
        var ids = new ParquetColumnSchema("ids", ParquetColumnType.Int32List);
        int[]?[] lists = [[1, 2, 3], [], null, [-1]];

        var bytes = await WriteAsync(
            [Number, ids],
            new() { PageRows = 2 },
            (writer, i) =>
            {
                writer.Columns[0].AppendInt64(i);
                if (lists[i] is { } list)
                {
                    writer.Columns[1].AppendList(list);
                }
                else
                {
                    writer.Columns[1].AppendNull();
                }
            },
            lists.Length);

        var reader = await ParquetFiles.OpenAsync(bytes);
        Assert.Equal(["number", "ids.list.element"], reader.Schema.Columns.Select(column => column.Name));
        Assert.Equal([["0"], ["1"], ["2"], ["3"]], await reader.ReadTextAsync(["number"]));
        Assert.Equal(
            lists.Select(list => list is null ? null : "[" + string.Join(',', list.Select(id => $"\"{id}\"")) + "]"),
            (await reader.ReadTextAsync(["ids"])).Select(row => row[0]));
    }

    [Fact]
    public async Task A_row_that_lacks_a_value_is_misuse()
    {
        var writer = new ParquetWriter(new MemoryStream(), [Text, Number]);
        writer.Columns[0].AppendText("only one of two");

        var misuse = await Assert.ThrowsAsync<InvalidOperationException>(
            () => writer.EndRowAsync(CancellationToken.None).AsTask());

        Assert.Contains("'number' was given 0 values for 1 rows", misuse.Message);
    }

    [Fact]
    public void A_value_of_another_type_is_misuse()
    {
        var writer = new ParquetWriter(new MemoryStream(), [Text, Number]);

        Assert.Throws<InvalidOperationException>(() => writer.Columns[0].AppendInt64(1));
        Assert.Throws<InvalidOperationException>(() => writer.Columns[1].AppendText("1"));
        Assert.Throws<InvalidOperationException>(() => writer.Columns[1].AppendNull());
        Assert.Throws<InvalidOperationException>(() => writer.Columns[1].AppendList([1]));
        Assert.Throws<OverflowException>(() => writer.Columns[1].AppendInt64(1L << 31));
    }

    [Fact]
    public async Task Pages_carry_checksums_of_what_is_stored()
    {
        var bytes = await WriteAsync(
            [Text],
            new() { Compression = ParquetCompression.None },
            (writer, i) => writer.Columns[0].AppendText("needle"),
            1);
        bytes[bytes.AsSpan().IndexOf("needle"u8)] ^= 1;

        var reader = await ParquetFiles.OpenAsync(bytes);
        var refusal = await Assert.ThrowsAsync<ParquetException>(() => reader.ReadTextAsync(["text"]));

        Assert.Contains("the CRC-32 of the page's ", refusal.Message);
    }

    [Fact]
    public void Zstandard_is_the_default_where_the_system_has_it()
    {
        const string Lack = "the system's library libzstd.so.1, which is missing. Install it";

        Assert.Equal(ParquetCompression.Zstandard, PageCompression.Choose(asked: null, zstandardLack: null));
        Assert.Equal(ParquetCompression.Snappy, PageCompression.Choose(asked: null, Lack));
        Assert.Equal(ParquetCompression.Gzip, PageCompression.Choose(ParquetCompression.Gzip, Lack));
        var refusal = Assert.Throws<ParquetException>(() => PageCompression.Choose(ParquetCompression.Zstandard, Lack));
        Assert.Equal(
            $"A Parquet file cannot be compressed with ZSTD, which needs {Lack}, or choose another compression.",
            refusal.Message);
        Assert.Equal(ParquetCompression.Zstandard, new ParquetWriter(new MemoryStream(), [Text]).Compression);
    }

    [Fact]
    public void Columns_must_be_of_known_types_and_of_different_names()
    {
        var uuid = new ParquetColumnSchema("id", new(ParquetPhysicalType.FixedLengthByteArray, ParquetValueKind.Uuid));

        Assert.Throws<ArgumentException>(() => new ParquetWriter(new MemoryStream(), []));
        Assert.Throws<ArgumentException>(() => new ParquetWriter(new MemoryStream(), [Text, Text]));
        Assert.Throws<ArgumentException>(() => new ParquetWriter(new MemoryStream(), [uuid]));
    }

    private static async Task<byte[]> WriteAsync(
        ParquetColumnSchema[] columns, ParquetWriterOptions options, Action<ParquetWriter, int> append, int rows)
    {
        using var stream = new MemoryStream();
        var writer = new ParquetWriter(stream, columns, options);
        for (var i = 0; i < rows; i++)
        {
            append(writer, i);
            await writer.EndRowAsync(CancellationToken.None);
        }

        await writer.CompleteAsync(CancellationToken.None);
        return stream.ToArray();
    }
}
