using BatchLLM.Blobs.Parquet;
using BatchLLM.Blobs.Remote;
using BatchLLM.Parquet;
using BatchLLM.Parquet.Schemas;
using BatchLLM.Rows;
using Xunit;

namespace BatchLLM.Tests.Blobs.Parquet;

/// <summary>What one shard of a large file on a server costs, request by request.</summary>
public sealed class RangedShardTests
{
    private const int Rows = 12_000;
    private const int ShardRows = 1024;
    private const int TextBytes = 2048;

    /// <summary>Its pages, with those that it shares with its neighbours; the footer and the indexes.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(5 * ShardRows)]
    [InlineData(Rows - ShardRows + 1)]
    public async Task A_shard_costs_its_own_bytes(int firstRow)
    {
        const int PageRows = 256;
        var blob = new RangedBlob(await WriteAsync(PageRows));
        var reader = new ParquetRowReader(blob);

        var rows = await reader
            .ReadAsync("memory:/rows.parquet", new RowRange(firstRow, ShardRows, 0, 0), new HashSet<string> { "id", "prompt" }, default)
            .ToListAsync(TestContext.Current.CancellationToken);

        Assert.Equal(ShardRows, rows.Count);
        Assert.Equal(firstRow, rows[0].Location.RowNumber);
        var own = (ShardRows + (2 * PageRows)) * (TextBytes + sizeof(long) + 20);
        const int Footer = 256 << 10;
        Assert.InRange(blob.Asked.Sum(range => (long)range.Length), ShardRows * TextBytes, own + Footer);
        Assert.InRange(blob.Asked.Count, 1, 16);
    }

    private static async Task<byte[]> WriteAsync(int pageRows)
    {
        using var stream = new MemoryStream();
        ParquetColumnSchema[] columns =
        [
            new("id", ParquetColumnType.Int64), new("prompt", ParquetColumnType.Text), new("other", ParquetColumnType.Text),
        ];
        var writer = new ParquetWriter(
            stream,
            columns,
            new() { PageRows = pageRows, RowGroupRows = Rows, RowGroupBytes = 1 << 30, Compression = ParquetCompression.None });
        var random = new Random(1);
        var bytes = new byte[TextBytes / 2];
        for (var row = 0; row < Rows; row++)
        {
            random.NextBytes(bytes);
            writer.Columns[0].AppendInt64(row);
            writer.Columns[1].AppendText(Convert.ToHexString(bytes));
            writer.Columns[2].AppendText(Convert.ToHexString(bytes.AsSpan(0, 200)));
            await writer.EndRowAsync(CancellationToken.None);
        }

        await writer.CompleteAsync(CancellationToken.None);
        return stream.ToArray();
    }

    /// <summary>A blob that is read as one on a server is, and notes what is asked for.</summary>
    private sealed class RangedBlob(byte[] content) : IBlobSource, IRangeSource
    {
        public List<(long Start, int Length)> Asked { get; } = [];

        public Task ReadAsync(long start, Memory<byte> range, CancellationToken cancellationToken)
        {
            Asked.Add((start, range.Length));
            content.AsMemory((int)start, range.Length).CopyTo(range);
            return Task.CompletedTask;
        }

        public ValueTask<Stream> OpenReadAsync(string uri, CancellationToken cancellationToken) =>
            ValueTask.FromResult<Stream>(new RangedReadStream(this, content.Length));
    }
}
