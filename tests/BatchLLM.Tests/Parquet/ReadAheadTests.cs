using BatchLLM.Parquet;
using BatchLLM.Parquet.Reading;
using BatchLLM.Parquet.Schemas;
using Xunit;

namespace BatchLLM.Tests.Parquet;

/// <summary>Pages are decompressed before they are wanted, and nobody notices.</summary>
[CollectionDefinition(nameof(ReadAheadTests), DisableParallelization = true)]
[Collection(nameof(ReadAheadTests))]
public sealed class ReadAheadTests
{
    private static readonly ParquetColumnSchema Id = new("id", ParquetColumnType.Int64, IsOptional: false);
    private static readonly ParquetColumnSchema Text = new("text", ParquetColumnType.Text, IsOptional: false);

    [Fact]
    public async Task Rows_before_a_damaged_page_are_read_and_the_page_is_named()
    {
        const int PageRows = 10;
        var bytes = await WriteAsync(rows: 100, PageRows, groupRows: 100);
        bytes[bytes.AsSpan().IndexOf(" row 73."u8)] ^= 1;
        var reader = await ParquetFiles.OpenAsync(bytes);
        var rows = 0;

        var refusal = await Assert.ThrowsAsync<ParquetException>(async () =>
        {
            await foreach (var batch in reader.ReadAsync(["id", "text"]))
            {
                rows += batch.RowCount;
            }
        });

        Assert.Equal(70, rows);
        Assert.StartsWith("test.parquet: column 'text', row group 0, page 7: the CRC-32 of", refusal.Message);
    }

    [Fact]
    public async Task Reading_may_stop_anywhere()
    {
        var bytes = await WriteAsync(rows: 5000, pageRows: 50, groupRows: 700);
        var reader = await ParquetFiles.OpenAsync(bytes);
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var (first, most, row) = (random.Next(5000), random.Next(1, 3000), 0L);
            await foreach (var batch in reader.ReadAsync(["text", "id"], first))
            {
                for (var i = 0; i < batch.RowCount; i++, row++)
                {
                    Assert.True(batch.Columns[1].GetInt64(i) == first + row, $"seed {seed}: row {first + row}");
                    Assert.True(batch.Columns[0].TryGetText(i, out var text), $"seed {seed}");
                    Assert.EndsWith($" row {first + row}.", text);
                }

                if (row > most)
                {
                    break;
                }
            }
        }
    }

    [Fact]
    public async Task Reading_again_takes_no_more_memory()
    {
        const long Megabyte = 1 << 20;
        var bytes = await WriteAsync(rows: 200_000, pageRows: 200_000, groupRows: 200_000);
        var reader = await ParquetFiles.OpenAsync(bytes);
        var most = 0L;
        for (var round = 0; round < 50; round++)
        {
            await foreach (var batch in reader.ReadAsync(["text"]))
            {
                most = Math.Max(most, batch.RowCount);
            }
        }

        var before = GC.GetTotalAllocatedBytes();
        await foreach (var batch in reader.ReadAsync(["text"]))
        {
            most = Math.Max(most, batch.RowCount);
        }

        var taken = GC.GetTotalAllocatedBytes() - before;
        Assert.True(taken < Megabyte, $"{taken} bytes for a page of {bytes.Length}");
        Assert.Equal(ParquetReader.MaxBatchRows, most);
    }

    [Fact]
    public void Room_is_used_again_and_bounded()
    {
        const int Large = 60 << 20;
        var buffers = new PageBuffers();
        var first = buffers.Rent(Large);
        Assert.True(buffers.HasRoomFor(Large));
        var second = buffers.Rent(Large);
        Assert.False(buffers.HasRoomFor(Large));

        buffers.Return(second);
        Assert.True(buffers.HasRoomFor(Large));
        Assert.NotSame(second, buffers.Rent(1000));
        Assert.Same(second, buffers.Rent(Large + 1000));
        buffers.Drop(first);
        buffers.Drop(second);
        Assert.NotSame(first, buffers.Rent(Large));
    }

    private static async Task<byte[]> WriteAsync(int rows, int pageRows, int groupRows)
    {
        using var stream = new MemoryStream();
        var writer = new ParquetWriter(
            stream,
            [Id, Text],
            new() { PageRows = pageRows, RowGroupRows = groupRows, Compression = ParquetCompression.None });
        for (var row = 0; row < rows; row++)
        {
            writer.Columns[0].AppendInt64(row);
            writer.Columns[1].AppendText($"{row * 7919L % 1_000_003} {row * 104_729L % 1_000_033} row {row}.");
            await writer.EndRowAsync(CancellationToken.None);
        }

        await writer.CompleteAsync(CancellationToken.None);
        return stream.ToArray();
    }
}
