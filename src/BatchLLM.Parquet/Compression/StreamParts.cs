namespace BatchLLM.Parquet.Compression;

/// <summary>A page that one of the runtime's streams decompresses.</summary>
/// <param name="source">What is stored.</param>
/// <param name="open">Puts the decompressing stream over it.</param>
internal sealed class StreamParts(ArraySegment<byte> source, Func<Stream, Stream> open) : Decompression
{
    private readonly Stream _stream =
        open(new MemoryStream(source.Array!, source.Offset, source.Count, writable: false));

    /// <inheritdoc/>
    public override bool TryContinue(Span<byte> target, int given, out int count)
    {
        count = 0;
        try
        {
            var room = target[given..];
            count = _stream.ReadAtLeast(room, room.Length, throwOnEndOfStream: false);
            return true;
        }
        catch (Exception exception) when (IsBroken(exception))
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public override bool TryEnd()
    {
        try
        {
            return _stream.ReadByte() < 0;
        }
        catch (Exception exception) when (IsBroken(exception))
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _stream.Dispose();
        base.Dispose();
    }

    /// <summary>Brotli's stream says it in the second way.</summary>
    private static bool IsBroken(Exception exception) => exception is InvalidDataException or InvalidOperationException;
}
