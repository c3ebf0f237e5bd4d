using System.Buffers.Binary;

namespace BatchLLM.Parquet.Compression;

/// <summary>
/// Hadoop's frames of LZ4 blocks, decoded a part at a time: each frame begins with its decompressed length, each of its blocks
/// with its compressed one.
/// </summary>
/// <param name="length">Bytes that the page must give: what claims more is no frame, and is decoded whole.</param>
internal sealed class Lz4FrameParts(int length) : IPartDecoder
{
    private long _frameLeft;
    private int _blockLeft;
    private Lz4Parts? _block;

    /// <inheritdoc/>
    public int Window => Lz4Parts.WindowBytes;

    /// <inheritdoc/>
    public bool TryContinue(ReadOnlySpan<byte> source, bool isLast, out int read, Span<byte> target, ref int written)
    {
        read = 0;
        while (written < target.Length && (_block is not null || read < source.Length))
        {
            if (_block is null && source.Length - read < sizeof(int))
            {
                return !isLast;
            }

            var (readBefore, writtenBefore) = (read, written);
            if (!(_block is null ? TryBegin(source, ref read) : TryDecode(source, ref read, target, ref written)))
            {
                return false;
            }

            if (read == readBefore && written == writtenBefore)
            {
                return !isLast;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public bool TryEnd(ReadOnlySpan<byte> source) => _frameLeft == 0
        && (_block is null ? source.IsEmpty : source.Length == _blockLeft && _block.TryEnd(source));

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    /// <summary>Reads a length of 4 bytes, the highest first: that of a frame, or of the next block of one.</summary>
    private bool TryBegin(ReadOnlySpan<byte> source, ref int read)
    {
        var claimed = BinaryPrimitives.ReadInt32BigEndian(source[read..]);
        read += sizeof(int);
        if (_frameLeft == 0)
        {
            _frameLeft = claimed;
            return claimed >= 0 && claimed <= length;
        }

        (_blockLeft, _block) = (claimed, new Lz4Parts());
        return claimed > 0;
    }

    private bool TryDecode(ReadOnlySpan<byte> source, ref int read, Span<byte> target, ref int written)
    {
        var isEnd = _blockLeft <= source.Length - read;
        var part = source[read..(isEnd ? read + _blockLeft : source.Length)];
        var before = written;
        if (!_block!.TryContinue(part, isEnd, out var taken, target, ref written))
        {
            return false;
        }

        read += taken;
        _blockLeft -= taken;
        _frameLeft -= written - before;
        if (_blockLeft == 0 && _block.TryEnd([]))
        {
            _block = null;
        }

        return _frameLeft >= 0;
    }
}
