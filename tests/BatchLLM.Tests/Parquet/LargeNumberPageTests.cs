using BatchLLM.Parquet;
using BatchLLM.Parquet.Metadata;
using BatchLLM.Parquet.Reading;
using BatchLLM.Parquet.Schemas;
using BatchLLM.Parquet.Thrift;
using Xunit;

namespace BatchLLM.Tests.Parquet;

/// <summary>Pages of numbers as large as a row group, as DuckDB writes them.</summary>
public sealed class LargeNumberPageTests
{
    private const int GroupRows = 800_000;
    private const int Rows = GroupRows + 700_000;

    private static readonly ParquetColumnSchema Id = new("id", ParquetColumnType.Int64, IsOptional: false);
    private static readonly ParquetColumnSchema Score = new("score", ParquetColumnType.Int64);

    [Theory]
    [InlineData(ParquetCompression.None)]
    [InlineData(ParquetCompression.Snappy)]
    [InlineData(ParquetCompression.Zstandard)]
    public async Task Every_number_is_as_it_was_written(ParquetCompression compression)
    {
        var reader = await ParquetFiles.OpenAsync(await WriteAsync(compression));
        foreach (var (first, count) in new[] { (0, Rows), (GroupRows - 1500, 3000), (GroupRows / 2, 10), (Rows - 3, 3) })
        {
            var row = first;
            await foreach (var batch in reader.ReadAsync(["score", "id"], first, count))
            {
                for (var i = 0; i < batch.RowCount; i++, row++)
                {
                    var score = batch.Columns[0].IsNull(i) ? (long?)null : batch.Columns[0].GetInt64(i);
                    Assert.True(IdOf(row) == batch.Columns[1].GetInt64(i) && ScoreOf(row) == score, $"row {row}");
                }
            }

            Assert.Equal(first + count, row);
        }
    }

    /// <summary>More than is held is stored of the page: its sum is known at its end.</summary>
    [Fact]
    public async Task A_wrong_sum_is_told_before_the_last_row_that_is_wanted_of_the_page()
    {
        var bytes = await WriteAsync(ParquetCompression.None);
        bytes[3 << 20] ^= 1;
        var reader = await ParquetFiles.OpenAsync(bytes);
        var rows = 0;

        var refusal = await Assert.ThrowsAsync<ParquetException>(async () =>
        {
            await foreach (var batch in reader.ReadAsync(["id"], 10, 2000))
            {
                rows += batch.RowCount;
            }
        });

        Assert.StartsWith("test.parquet: column 'id', row group 0, page 0: the CRC-32 of", refusal.Message);
        Assert.InRange(rows, 0, 1999);
    }

    private static long IdOf(int row) => unchecked((long)((ulong)row * 0x9E37_79B9_7F4A_7C15));

    private static long? ScoreOf(int row) => row % 7 == 3 ? null : ~IdOf(row);

    private static async Task<byte[]> WriteAsync(ParquetCompression compression)
    {
        using var stream = new MemoryStream();
        var options = new ParquetWriterOptions
        {
            Compression = compression,
            PageBytes = int.MaxValue,
            PageRows = int.MaxValue,
            RowGroupBytes = 1 << 30,
            RowGroupRows = GroupRows,
        };
        var writer = new ParquetWriter(stream, [Id, Score], options);
        for (var row = 0; row < Rows; row++)
        {
            writer.Columns[0].AppendInt64(IdOf(row));
            if (ScoreOf(row) is { } score)
            {
                writer.Columns[1].AppendInt64(score);
            }
            else
            {
                writer.Columns[1].AppendNull();
            }

            await writer.EndRowAsync(CancellationToken.None);
        }

        await writer.CompleteAsync(CancellationToken.None);
        await AssertLargeAsync(stream.ToArray());
        return stream.ToArray();
    }

    private static async Task AssertLargeAsync(byte[] bytes)
    {
        var footer = await Footer.ReadAsync(new CountingSource(bytes), "f", CancellationToken.None);
        foreach (var chunk in footer.Metadata.RowGroups.SelectMany(group => group.Columns))
        {
            var compact = new CompactReader(bytes.AsSpan((int)chunk.Offset));
            var header = PageHeader.Read(ref compact);
            Assert.Equal(ParquetEncoding.PLAIN, header.Encoding);
            Assert.InRange(header.UncompressedSize, StoredBytes.MostHeld + 1, int.MaxValue);
        }
    }
}
