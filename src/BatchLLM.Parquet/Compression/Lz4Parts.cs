using System.Buffers.Binary;

namespace BatchLLM.Parquet.Compression;

/// <summary>An LZ4 block decoded a part at a time: its matches go back by less than 64 KiB.</summary>
/// <remarks>Source: lz4_Block_format.md of the LZ4 project.</remarks>
internal sealed class Lz4Parts : IPartDecoder
{
    /// <summary>Bytes that a match may go back by, and one more.</summary>
    public const int WindowBytes = 64 << 10;

    private int _literals;
    private int _offset;
    private int _matchCode;
    private long _match;

    /// <summary>True behind literals, which are the end of the block or followed by a match.</summary>
    private bool _isBehindLiterals;

    /// <inheritdoc/>
    public int Window => WindowBytes;

    /// <inheritdoc/>
    public bool TryContinue(ReadOnlySpan<byte> source, bool isLast, out int read, Span<byte> target, ref int written)
    {
        read = 0;
        while (written < target.Length && (_match > 0 || read < source.Length))
        {
            var begun = read;
            var isGood = _literals > 0 ? CopyLiterals(source, target, ref read, ref written)
                : _match > 0 ? TryCopyMatch(target, ref written)
                : _isBehindLiterals ? TryBeginMatch(source, ref read)
                : TryBeginLiterals(source, ref read);
            if (!isGood)
            {
                // Perhaps only what follows is missing; nothing was taken of what is not whole.
                read = begun;
                return !isLast && _match == 0;
            }
        }

        return true;
    }

    /// <summary>The last literals may be none.</summary>
    public bool TryEnd(ReadOnlySpan<byte> source)
    {
        var read = 0;
        return _match == 0
            && (_isBehindLiterals || (source.Length > 0 && TryBeginLiterals(source, ref read)))
            && _literals == 0 && read == source.Length;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private bool TryBeginLiterals(ReadOnlySpan<byte> source, ref int read)
    {
        var token = source[read++];
        var length = token >> 4;
        if (!Lz4Decoder.ReadLength(source, ref length, ref read))
        {
            return false;
        }

        (_literals, _matchCode, _isBehindLiterals) = (length, token & 15, true);
        return true;
    }

    private bool TryBeginMatch(ReadOnlySpan<byte> source, ref int read)
    {
        if (source.Length - read < sizeof(ushort))
        {
            return false;
        }

        var offset = BinaryPrimitives.ReadUInt16LittleEndian(source[read..]);
        read += sizeof(ushort);
        var length = _matchCode;
        if (offset == 0 || !Lz4Decoder.ReadLength(source, ref length, ref read))
        {
            return false;
        }

        (_offset, _match, _isBehindLiterals) = (offset, (long)length + Lz4Decoder.MinMatch, false);
        return true;
    }

    private bool CopyLiterals(ReadOnlySpan<byte> source, Span<byte> target, ref int read, ref int written)
    {
        var count = Math.Min(_literals, Math.Min(target.Length - written, source.Length - read));
        source.Slice(read, count).CopyTo(target[written..]);
        read += count;
        _literals -= count;
        written += count;
        return true;
    }

    private bool TryCopyMatch(Span<byte> target, ref int written)
    {
        if (_offset > written)
        {
            return false;
        }

        var count = (int)Math.Min(_match, target.Length - written);
        Lz4Decoder.CopyBack(target, written, _offset, count);
        _match -= count;
        written += count;
        return true;
    }
}
