using BatchLLM.Parquet.Reading;

namespace BatchLLM.Parquet.Compression;

/// <summary>A page that one of the runtime's streams decompresses.</summary>
/// <param name="source">What is stored.</param>
/// <param name="open">Puts the decompressing stream over it.</param>
internal sealed class StreamParts(StoredBytes source, Func<Stream, Stream> open) : Decompression
{
    private readonly Stream _stream = open(new StoredStream(source));

    /// <inheritdoc/>
    public override async ValueTask<int?> ContinueAsync(Memory<byte> target, int given)
    {
        try
        {
            var room = target[given..];
            return await _stream.ReadAtLeastAsync(room, room.Length, throwOnEndOfStream: false);
        }
        catch (Exception exception) when (IsBroken(exception))
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<bool> TryEndAsync()
    {
        try
        {
            return await _stream.ReadAsync(new byte[1]) == 0;
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
