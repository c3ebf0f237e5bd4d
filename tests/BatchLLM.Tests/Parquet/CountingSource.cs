using BatchLLM.Parquet;
using BatchLLM.Parquet.Reading;

namespace BatchLLM.Tests.Parquet;

/// <summary>A file in memory that notes what is read of it.</summary>
internal sealed class CountingSource(byte[] bytes) : IParquetSource
{
    public List<ByteRange> Reads { get; } = [];

    public long BytesRead => Reads.Sum(read => read.Length);

    public long Length => bytes.Length;

    public ValueTask ReadExactlyAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        Reads.Add(new ByteRange(offset, offset + buffer.Length));
        bytes.AsMemory((int)offset, buffer.Length).CopyTo(buffer);
        return ValueTask.CompletedTask;
    }
}
