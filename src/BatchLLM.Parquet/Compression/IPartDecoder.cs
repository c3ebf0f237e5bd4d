namespace BatchLLM.Parquet.Compression;

/// <summary>Decodes a page from whatever of its bytes is here, and goes on when more are.</summary>
internal interface IPartDecoder : IDisposable
{
    /// <summary>As <see cref="Decompression.Window"/>.</summary>
    int Window { get; }

    /// <summary>Decodes as far as there are source and room.</summary>
    /// <param name="source">What was not read before, and perhaps what follows.</param>
    /// <param name="isLast">True if nothing follows.</param>
    /// <param name="read">Bytes of it that are not needed again.</param>
    /// <param name="target">As in <see cref="Decompression.ContinueAsync"/>.</param>
    /// <param name="written">Goes from what was given before to what is given now.</param>
    /// <returns>False if it cannot be done a part at a time.</returns>
    bool TryContinue(ReadOnlySpan<byte> source, bool isLast, out int read, Span<byte> target, ref int written);

    /// <summary>True if the page may end where so much of the source is left, and nothing follows.</summary>
    bool TryEnd(ReadOnlySpan<byte> source);
}
