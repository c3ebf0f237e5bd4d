namespace BatchLLM.Parquet;

/// <summary>A seekable stream as a source. The stream stays the caller's: it is not disposed here.</summary>
public sealed class ParquetStreamSource : IParquetSource
{
    private readonly Stream _stream;

    /// <summary>Wraps a stream; its position is moved by every read.</summary>
    /// <exception cref="ArgumentException">The stream cannot seek or cannot be read.</exception>
    public ParquetStreamSource(Stream stream)
    {
        if (!stream.CanSeek || !stream.CanRead)
        {
            throw new ArgumentException("Parquet is read from its end: the stream must be seekable.", nameof(stream));
        }

        (_stream, Length) = (stream, stream.Length);
    }

    /// <inheritdoc/>
    public long Length { get; }

    /// <inheritdoc/>
    public ValueTask ReadExactlyAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        _stream.Position = offset;
        return _stream.ReadExactlyAsync(buffer, cancellationToken);
    }
}
