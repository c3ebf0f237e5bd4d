using BatchLLM.Blobs.Remote;
using BatchLLM.Parquet;

namespace BatchLLM.Blobs.Parquet;

/// <summary>
/// A Parquet file on a server. The format's reader knows what it wants, and reads ahead itself: the long ranges that a reader of
/// lines gets would cost a shard up to three times its own bytes.
/// </summary>
internal sealed class RangedParquetSource(RangedReadStream blob) : IParquetSource
{
    /// <inheritdoc/>
    public long Length => blob.Length;

    /// <summary>Opens a blob, of whatever store.</summary>
    /// <exception cref="ParquetException">It is not Parquet, or damaged.</exception>
    public static Task<ParquetReader> OpenAsync(Stream blob, string uri, CancellationToken cancellationToken) =>
        blob is RangedReadStream ranged
            ? ParquetReader.OpenAsync(new RangedParquetSource(ranged), uri, cancellationToken)
            : ParquetReader.OpenAsync(blob, uri, cancellationToken);

    /// <inheritdoc/>
    public ValueTask ReadExactlyAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken) =>
        blob.ReadRangeAsync(offset, buffer, cancellationToken);
}
