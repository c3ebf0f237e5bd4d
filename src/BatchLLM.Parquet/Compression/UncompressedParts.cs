namespace BatchLLM.Parquet.Compression;

/// <summary>A page that is stored as it is.</summary>
internal sealed class UncompressedParts : IPartDecoder
{
    /// <inheritdoc/>
    public int Window => 0;

    /// <inheritdoc/>
    public bool TryContinue(ReadOnlySpan<byte> source, bool isLast, out int read, Span<byte> target, ref int written)
    {
        read = Math.Min(target.Length - written, source.Length);
        source[..read].CopyTo(target[written..]);
        written += read;
        return true;
    }

    /// <inheritdoc/>
    public bool TryEnd(ReadOnlySpan<byte> source) => source.IsEmpty;

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
