using BatchLLM.Parquet;

namespace BatchLLM.Tests.Parquet;

/// <summary>Fails after so many reads.</summary>
internal sealed class FailingSource(IParquetSource source, int reads) : IParquetSource
{
    private int _left = reads;

    public long Length => source.Length;

    public ValueTask ReadExactlyAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken) =>
        _left-- > 0 ? source.ReadExactlyAsync(offset, buffer, cancellationToken) : throw new IOException("gone");
}
