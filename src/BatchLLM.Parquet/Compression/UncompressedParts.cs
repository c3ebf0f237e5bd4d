namespace BatchLLM.Parquet.Compression;

/// <summary>A page that is stored as it is.</summary>
internal sealed class UncompressedParts(ArraySegment<byte> source) : Decompression
{
    private int _read;

    /// <inheritdoc/>
    public override bool TryContinue(Span<byte> target, int given, out int count)
    {
        count = Math.Min(target.Length - given, source.Count - _read);
        source.AsSpan(_read, count).CopyTo(target[given..]);
        _read += count;
        return true;
    }

    /// <inheritdoc/>
    public override bool TryEnd() => _read == source.Count;
}
