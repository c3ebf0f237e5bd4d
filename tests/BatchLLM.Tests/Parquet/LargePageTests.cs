using System.Text;
using BatchLLM.Parquet;
using BatchLLM.Parquet.Metadata;
using BatchLLM.Parquet.Reading;
using BatchLLM.Parquet.Schemas;
using BatchLLM.Parquet.Thrift;
using BatchLLM.Parquet.Values;
using Xunit;

namespace BatchLLM.Tests.Parquet;

/// <summary>Pages of many megabytes, as some writers make them, are read in little memory.</summary>
[CollectionDefinition(nameof(LargePageTests), DisableParallelization = true)]
[Collection(nameof(LargePageTests))]
public sealed class LargePageTests
{
    private const int Rows = 30_000;
    private const string Words = "the invoice was paid twice and the customer asks for a refund of the second payment ";

    private static readonly ParquetColumnSchema Id = new("id", ParquetColumnType.Int64, IsOptional: false);
    private static readonly ParquetColumnSchema Text = new("text", ParquetColumnType.Text);
    private static readonly ParquetColumnSchema Name = new("name", ParquetColumnType.Text, IsOptional: false);

    [Theory]
    [InlineData(ParquetCompression.None)]
    [InlineData(ParquetCompression.Snappy)]
    [InlineData(ParquetCompression.Gzip)]
    [InlineData(ParquetCompression.Zstandard)]
    public async Task Every_row_is_as_it_was_written(ParquetCompression compression)
    {
        var bytes = await WriteAsync(compression);
        await AssertLargeAsync(bytes);
        var reader = await ParquetFiles.OpenAsync(bytes);

        // The first and the last row group, what begins in the middle of a page, and what stops there.
        foreach (var (first, count) in new[] { (0L, 2L * Rows), (Rows - 1500, 3000), (Rows / 2, 10), (Rows + 17, Rows) })
        {
            var row = first;
            await foreach (var batch in reader.ReadAsync(["text", "id", "name"], first, count))
            {
                for (var i = 0; i < batch.RowCount; i++, row++)
                {
                    Assert.Equal(row, batch.Columns[1].GetInt64(i));
                    Assert.Equal(TextOf(row), batch.Columns[0].IsNull(i) ? null : Show(batch.Columns[0], i));
                    Assert.Equal(NameOf(row), Show(batch.Columns[2], i));
                }
            }

            Assert.Equal(Math.Min(first + count, 2 * Rows), row);
        }
    }

    /// <summary>Of short texts: their lengths stand before all of them, as DuckDB writes all texts in version 2.</summary>
    [Fact]
    public async Task Every_short_text_is_as_it_was_written()
    {
        const int Texts = 250_000;
        using var stream = new MemoryStream();
        var options = Options(ParquetCompression.Zstandard) with { RowGroupRows = Texts };
        var writer = new ParquetWriter(stream, [Name], options);
        for (var row = 0; row < Texts; row++)
        {
            writer.Columns[0].AppendText(ShortText(row));
            await writer.EndRowAsync(CancellationToken.None);
        }

        await writer.CompleteAsync(CancellationToken.None);
        var header = HeaderAt(stream.ToArray().AsSpan(4));
        Assert.Equal((ParquetEncoding.DELTA_LENGTH_BYTE_ARRAY, Texts), (header.Encoding, header.ValueCount));
        Assert.InRange(header.UncompressedSize, 5 * PagePieces.PieceBytes, 20 * PagePieces.PieceBytes);
        var reader = await ParquetFiles.OpenAsync(stream.ToArray());
        foreach (var first in new[] { 0, Texts / 2, Texts - 3 })
        {
            var row = first;
            await foreach (var batch in reader.ReadAsync(["name"], first))
            {
                for (var i = 0; i < batch.RowCount; i++, row++)
                {
                    Assert.Equal(ShortText(row), Show(batch.Columns[0], i));
                }
            }

            Assert.Equal(Texts, row);
        }
    }

    /// <summary>What is stored of the page is more than is held: its sum is known at its end.</summary>
    [Theory]
    [InlineData(0, Rows)]
    [InlineData(0, 10)]
    [InlineData(100, 1500)]
    [InlineData(Rows - 1, 2)]
    public async Task A_wrong_sum_is_told_before_the_last_row_that_is_wanted_of_the_page(int first, int count)
    {
        var bytes = await WriteAsync(ParquetCompression.None);
        bytes[bytes.AsSpan().IndexOf("row 29000 "u8)] ^= 1;
        var reader = await ParquetFiles.OpenAsync(bytes);
        var rows = 0;

        var refusal = await Assert.ThrowsAsync<ParquetException>(async () =>
        {
            await foreach (var batch in reader.ReadAsync(["text"], first, count))
            {
                rows += batch.RowCount;
            }
        });

        Assert.StartsWith("test.parquet: column 'text', row group 0, page 0: the CRC-32 of", refusal.Message);
        Assert.InRange(rows, 0, Math.Min(count, Rows - first) - 1);
        Assert.Equal(10, (await reader.ReadTextAsync(["name", "text"], Rows + 1, 10)).Count);
    }

    [Fact]
    public async Task A_page_with_a_sum_is_read_once()
    {
        var bytes = await WriteAsync(ParquetCompression.None);
        var source = new CountingSource(bytes);
        var reader = await ParquetReader.OpenAsync(source, "f", CancellationToken.None);

        Assert.Equal(2 * Rows, (await reader.ReadTextAsync(["text"])).Count);

        var footer = await Footer.ReadAsync(new CountingSource(bytes), "f", CancellationToken.None);
        var pages = footer.Metadata.RowGroups.Sum(group => group.Columns[1].CompressedSize);
        Assert.InRange(source.BytesRead, pages, pages + bytes.Length - footer.Start + (64 << 10));
    }

    /// <summary>The page takes 64 MiB, what is stored of it less than 4.</summary>
    [Fact]
    public async Task A_page_takes_less_memory_than_it_holds()
    {
        const int Length = 64 << 10;
        var text = string.Concat(Enumerable.Repeat(Words, Length / Words.Length));
        using var stream = new MemoryStream();
        var writer = new ParquetWriter(stream, [Name], Options(ParquetCompression.Snappy));
        for (var row = 0; row < 1024; row++)
        {
            writer.Columns[0].AppendText($"row {row} {text}");
            await writer.EndRowAsync(CancellationToken.None);
        }

        await writer.CompleteAsync(CancellationToken.None);
        var reader = await ParquetFiles.OpenAsync(stream.ToArray());
        using var others = PageBuffers.Take();
        var before = GC.GetTotalAllocatedBytes();
        var (rows, bytes) = (0, 0L);
        await foreach (var batch in reader.ReadAsync(["name"]))
        {
            for (var row = 0; row < batch.RowCount; row++, rows++)
            {
                Assert.StartsWith($"row {rows} ", Show(batch.Columns[0], row)[..20]);
                bytes += batch.Columns[0].GetBytes(row).Length;
            }
        }

        Assert.Equal(1024, rows);
        Assert.InRange(bytes, 60 << 20, 70 << 20);
        var taken = GC.GetTotalAllocatedBytes() - before - (2 * bytes);
        Assert.True(taken < (48 << 20), $"{taken} bytes");
    }

    /// <summary>As DuckDB's pages are, of a row group each, but larger: nothing of it is held as a whole.</summary>
    [Theory]
    [InlineData(ParquetCompression.Snappy, 1200)]
    [InlineData(ParquetCompression.None, 500)]
    [InlineData(ParquetCompression.Gzip, 400)]
    [InlineData(ParquetCompression.Zstandard, 500)]
    public async Task A_page_takes_less_memory_than_is_stored_of_it(ParquetCompression compression, int count)
    {
        var (bytes, values) = await WriteNoiseAsync(compression, count);
        var reader = await ParquetFiles.OpenAsync(bytes);
        using var others = PageBuffers.Take();
        var before = GC.GetTotalAllocatedBytes();
        var row = 0;
        await foreach (var batch in reader.ReadAsync(["name"]))
        {
            for (var i = 0; i < batch.RowCount; i++, row++)
            {
                Assert.True(batch.Columns[0].GetBytes(i).SequenceEqual(values[row]), $"row {row}");
            }
        }

        var taken = GC.GetTotalAllocatedBytes() - before;
        Assert.Equal(values.Count, row);
        Assert.True(taken < (38 << 20), $"{taken} bytes");
    }

    [Fact]
    public async Task A_page_that_cannot_be_read_to_its_end_says_so_and_leaves_nothing_rented()
    {
        var (bytes, _) = await WriteNoiseAsync(ParquetCompression.Snappy, values: 200);
        var file = new CountingSource(bytes);
        var footer = await Footer.ReadAsync(file, "f", CancellationToken.None);
        for (var reads = 0; reads < 6; reads++)
        {
            var location = ChunkLocation.Of(
                footer.Metadata.RowGroups[0].Columns[0], Name, new PagePlace("f", "name", 0), footer.Start, rowCount: 200);
            var buffers = new PageBuffers();
            using var failing = new SourceInTurns(new FailingSource(file, reads));
            await using (var reader = new ColumnChunkReader(failing, location, buffers, new PageWork(), ColumnValues.ForRows(Name.Type, 1)))
            {
                await Assert.ThrowsAsync<IOException>(async () =>
                {
                    for (var row = 0; row < 200; row++)
                    {
                        await reader.LoadPageAsync(CancellationToken.None);
                        reader.Read(1);
                    }
                });
            }

            Assert.True(buffers.IsWhole, $"after {reads} reads");
        }
    }

    [Fact]
    public async Task Reading_may_stop_anywhere()
    {
        var bytes = await WriteAsync(ParquetCompression.Snappy);
        var reader = await ParquetFiles.OpenAsync(bytes);
        for (var seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            var (first, most, row) = (random.Next(2 * Rows), random.Next(1, Rows), 0L);
            await foreach (var batch in reader.ReadAsync(["text", "name"], first))
            {
                Assert.True(Show(batch.Columns[1], 0) == NameOf(first + row), $"seed {seed}: row {first + row}");
                row += batch.RowCount;
                if (row > most)
                {
                    break;
                }
            }
        }
    }

    [Fact]
    public async Task Reading_stops_when_it_is_cancelled()
    {
        var reader = await ParquetFiles.OpenAsync(await WriteAsync(ParquetCompression.Snappy));
        using var cancellation = new CancellationTokenSource();
        var rows = 0;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var batch in reader.ReadAsync(["text"], cancellationToken: cancellation.Token))
            {
                rows += batch.RowCount;
                await cancellation.CancelAsync();
            }
        });

        Assert.InRange(rows, 1, ParquetReader.MaxBatchRows);
    }

    /// <returns>A file of one page of 64 KiB values that no codec makes much smaller, and these.</returns>
    private static async Task<(byte[] Bytes, List<byte[]> Values)> WriteNoiseAsync(ParquetCompression compression, int values)
    {
        var random = new Random(values);
        var all = new List<byte[]>();
        using var stream = new MemoryStream();
        var writer = new ParquetWriter(stream, [Name], Options(compression));
        for (var row = 0; row < values; row++)
        {
            var noise = new byte[48 << 10];
            random.NextBytes(noise);
            var text = Convert.ToBase64String(noise);
            writer.Columns[0].AppendText(text);
            all.Add(Encoding.ASCII.GetBytes(text));
            await writer.EndRowAsync(CancellationToken.None);
        }

        await writer.CompleteAsync(CancellationToken.None);
        var bytes = stream.ToArray();
        var header = HeaderAt(bytes.AsSpan(4));
        Assert.Equal((ParquetEncoding.PLAIN, values), (header.Encoding, header.ValueCount));
        Assert.InRange(header.CompressedSize, 2 * StoredBytes.PartBytes, int.MaxValue);
        return (bytes, all);
    }

    private static async Task AssertLargeAsync(byte[] bytes)
    {
        var footer = await Footer.ReadAsync(new CountingSource(bytes), "f", CancellationToken.None);
        Assert.Equal(2, footer.Metadata.RowGroups.Count);
        foreach (var chunk in footer.Metadata.RowGroups.SelectMany(group => group.Columns.Skip(1)))
        {
            var header = HeaderAt(bytes.AsSpan((int)chunk.Offset));
            Assert.Equal(ParquetEncoding.PLAIN, header.Encoding);
            Assert.InRange(header.UncompressedSize, 5 * PagePieces.PieceBytes, 20 * PagePieces.PieceBytes);
        }
    }

    private static PageHeader HeaderAt(ReadOnlySpan<byte> bytes)
    {
        var reader = new CompactReader(bytes);
        return PageHeader.Read(ref reader);
    }

    private static string Show(ParquetColumn column, int row)
    {
        Assert.True(column.TryGetText(row, out var text));
        return text;
    }

    private static string ShortText(int row) => $"{row * 104_729L % 1_000_033} {Words[..(row % 40)]}{row}";

    private static string? TextOf(long row) =>
        row % 7 == 3 ? null : $"row {row} {row * 7919 % 1_000_003} {Words[..(int)(row % 80)]}{Words}{Words}{row * 104_729 % 1_000_033}";

    private static string NameOf(long row) => $"{row * 104_729 % 1_000_033} {Words}{Words}{row}";

    private static ParquetWriterOptions Options(ParquetCompression compression) => new()
    {
        Compression = compression,
        PageBytes = int.MaxValue,
        PageRows = int.MaxValue,
        RowGroupBytes = 1 << 30,
        RowGroupRows = Rows,
    };

    private static async Task<byte[]> WriteAsync(ParquetCompression compression)
    {
        using var stream = new MemoryStream();
        var writer = new ParquetWriter(stream, [Id, Text, Name], Options(compression));
        for (var row = 0L; row < 2 * Rows; row++)
        {
            writer.Columns[0].AppendInt64(row);
            if (TextOf(row) is { } text)
            {
                writer.Columns[1].AppendText(text);
            }
            else
            {
                writer.Columns[1].AppendNull();
            }

            writer.Columns[2].AppendText(NameOf(row));
            await writer.EndRowAsync(CancellationToken.None);
        }

        await writer.CompleteAsync(CancellationToken.None);
        return stream.ToArray();
    }
}
