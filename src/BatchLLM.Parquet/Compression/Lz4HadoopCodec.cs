using System.Buffers.Binary;
using BatchLLM.Parquet.Reading;

namespace BatchLLM.Parquet.Compression;

/// <summary>
/// The deprecated LZ4, of which there are two, neither described by the format: Hadoop's frames, and the plain block of
/// writers that did not know of them. What is no row of frames is read as a block, as other readers do, and as a whole.
/// </summary>
internal sealed class Lz4HadoopCodec : PageCodec
{
    public static Lz4HadoopCodec Instance { get; } = new();

    public override long MaxDecompressedLength(int compressedLength) =>
        Lz4RawCodec.Instance.MaxDecompressedLength(compressedLength);

    public override Func<StoredBytes, int, Decompression> Begin { get; } =
        (source, length) => new StoredParts(source, new Lz4FrameParts(length));

    public override string? Decompress(ArraySegment<byte> source, ArraySegment<byte> destination) =>
        TryFrames(source, destination) ? null : Lz4RawCodec.Instance.Decompress(source, destination);

    private static bool TryFrames(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        // Of nothing, some writers make a frame with an empty block, others one without.
        if (destination.IsEmpty)
        {
            return true;
        }

        while (!source.IsEmpty)
        {
            if (!TryTakeLength(ref source, destination.Length, out var length)
                || !TryBlocks(ref source, destination[..length]))
            {
                return false;
            }

            destination = destination[length..];
        }

        return destination.IsEmpty;
    }

    /// <summary>Decodes a frame behind its decompressed length: blocks, each behind its compressed length.</summary>
    private static bool TryBlocks(ref ReadOnlySpan<byte> source, Span<byte> frame)
    {
        while (!frame.IsEmpty)
        {
            if (!TryTakeLength(ref source, source.Length - sizeof(int), out var length)
                || Lz4Decoder.Decode(source[..length], frame) is var written && written <= 0)
            {
                return false;
            }

            source = source[length..];
            frame = frame[written..];
        }

        return true;
    }

    /// <summary>Lengths have 4 bytes, the highest first.</summary>
    private static bool TryTakeLength(ref ReadOnlySpan<byte> source, int most, out int length)
    {
        length = source.Length < sizeof(int) ? -1 : BinaryPrimitives.ReadInt32BigEndian(source);
        if (length < 0 || length > most)
        {
            return false;
        }

        source = source[sizeof(int)..];
        return true;
    }
}
