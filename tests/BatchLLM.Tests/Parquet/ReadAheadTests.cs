using BatchLLM.Parquet;
using BatchLLM.Parquet.Reading;
using BatchLLM.Parquet.Schemas;
using BatchLLM.Parquet.Values;
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
        const int Large = 8 << 20;
        var buffers = new PageBuffers();
        var first = buffers.Rent(Large);
        Assert.True(buffers.HasRoomFor(Large));
        var second = buffers.Rent(Large);
        Assert.False(buffers.HasRoomFor(Large));

        buffers.Return(second);
        Assert.True(buffers.HasRoomFor(Large));
        var small = buffers.Rent(1000);
        Assert.NotSame(second, small);
        Assert.Same(second, buffers.Rent(Large - 1000));

        // What is free goes where there is no room for it beside what is new.
        buffers.Return(first);
        var larger = buffers.Rent(3 * Large);
        buffers.Return(second);
        buffers.Return(larger);
        Assert.NotSame(first, buffers.Rent(Large));
        buffers.Return(small);
        Assert.Same(small, buffers.Rent(10));
    }

    /// <summary>They took the room of pages that are wanted at once, which were then decompressed while their rows were waited for.</summary>
    [Fact]
    public async Task Nothing_of_the_next_row_group_is_read_while_pages_of_this_one_are_left()
    {
        var bytes = await WriteAsync(rows: 10_000, pageRows: 50, groupRows: 5000);
        var footer = await Footer.ReadAsync(new CountingSource(bytes), "f", CancellationToken.None);
        var second = footer.Metadata.RowGroups[1].Columns[0].Offset;
        var file = new CountingSource(bytes);
        var reader = await ParquetReader.OpenAsync(file, "f", CancellationToken.None);
        file.Reads.Clear();
        var row = 0;
        await foreach (var batch in reader.ReadAsync(["id", "text"]))
        {
            row += batch.RowCount;
            var isAhead = file.Reads.Any(read => read.End > second && read.Start < bytes.Length);
            Assert.True(row > 4000 || !isAhead, $"read before row {row}");
            Assert.True(row <= 4950 || isAhead, $"not read before row {row}");
        }

        Assert.Equal(10_000, row);
    }

    [Fact]
    public void Rooms_have_a_limit_of_their_own()
    {
        var buffers = new PageBuffers();
        var rooms = new List<PieceRoom>();
        while (buffers.HasRoom)
        {
            rooms.Add(buffers.RentRoom());
        }

        Assert.InRange(rooms.Count * PagePieces.RoomBytes, 56 << 20, 68 << 20);
        Assert.True(buffers.HasRoomFor(16 << 20));
        buffers.Return(rooms[0]);
        Assert.True(buffers.HasRoom);
        Assert.Same(rooms[0], buffers.RentRoom());
        Assert.False(buffers.IsWhole);
        rooms.ForEach(room => buffers.Return(room));
        Assert.True(buffers.IsWhole);
    }

    [Fact]
    public async Task Rows_before_a_damaged_row_group_are_read_and_it_is_named()
    {
        var bytes = await WriteAsync(rows: 400, pageRows: 100, groupRows: 100);
        var footer = await Footer.ReadAsync(new CountingSource(bytes), "f", CancellationToken.None);
        bytes.AsSpan((int)footer.Metadata.RowGroups[2].Columns[1].Offset, 10).Fill(0xFF);
        var reader = await ParquetFiles.OpenAsync(bytes);
        var rows = 0;

        var refusal = await Assert.ThrowsAsync<ParquetException>(async () =>
        {
            await foreach (var batch in reader.ReadAsync(["id", "text"]))
            {
                rows += batch.RowCount;
            }
        });

        Assert.Equal(200, rows);
        Assert.StartsWith("test.parquet: column 'text', row group 2, page 0: the page header", refusal.Message);
    }

    /// <summary>What a reader that failed left rented would be counted against the readers after it.</summary>
    [Fact]
    public async Task Nothing_stays_rented_when_reading_fails()
    {
        var bytes = await WriteAsync(rows: 200_000, pageRows: 5000, groupRows: 200_000);
        var file = new CountingSource(bytes);
        var footer = await Footer.ReadAsync(file, "f", CancellationToken.None);
        var chunk = footer.Metadata.RowGroups[0].Columns[1];
        for (var reads = 0; reads < 3; reads++)
        {
            var place = new PagePlace("f", "text", 0);
            var location = ChunkLocation.Of(chunk, Text, place, footer.Start, 200_000);
            var buffers = new PageBuffers();
            var values = ColumnValues.ForRows(Text.Type, 1000);
            await using (var reader = new ColumnChunkReader(new FailingSource(file, reads), location, buffers, new PageWork(), values))
            {
                await Assert.ThrowsAsync<IOException>(async () =>
                {
                    for (var row = 0; row < 200_000; row += 100)
                    {
                        await reader.LoadAheadAsync(CancellationToken.None);
                        await reader.LoadPageAsync(CancellationToken.None);
                        reader.Read(100);
                    }
                });
            }

            Assert.True(buffers.IsWhole, $"after {reads} reads");
        }
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
