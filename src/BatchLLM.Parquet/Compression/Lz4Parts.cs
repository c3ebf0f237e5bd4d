using System.Buffers.Binary;

namespace BatchLLM.Parquet.Compression;

/// <summary>An LZ4 block decoded a part at a time: its matches go back by less than 64 KiB.</summary>
/// <remarks>Source: lz4_Block_format.md of the LZ4 project.</remarks>
internal sealed class Lz4Parts(ArraySegment<byte> source) : Decompression
{
    private int _read;
    private int _literals;
    private int _offset;
    private int _matchCode;
    private long _match;

    /// <summary>True behind literals, which are the end of the block or followed by a match.</summary>
    private bool _isBehindLiterals;

    /// <inheritdoc/>
    public override int Window => 64 << 10;

    /// <inheritdoc/>
    public override bool TryContinue(Span<byte> target, int given, out int count)
    {
        var written = given;
        var isGood = true;
        while (isGood && written < target.Length && (_literals > 0 || _match > 0 || _read < source.Count))
        {
            isGood = _literals > 0 ? TryCopyLiterals(target, ref written)
                : _match > 0 ? TryCopyMatch(target, ref written)
                : _isBehindLiterals ? TryBeginMatch()
                : TryBeginLiterals();
        }

        count = written - given;
        return isGood;
    }

    /// <summary>The last literals may be none.</summary>
    public override bool TryEnd() =>
        _match == 0
        && (_isBehindLiterals || (_read < source.Count && TryBeginLiterals()))
        && _literals == 0 && _read == source.Count;

    private bool TryBeginLiterals()
    {
        ReadOnlySpan<byte> bytes = source;
        var token = bytes[_read++];
        var length = token >> 4;
        (_matchCode, _isBehindLiterals) = (token & 15, true);
        var isKnown = Lz4Decoder.ReadLength(bytes, ref length, ref _read);
        _literals = length;
        return isKnown && length <= bytes.Length - _read;
    }

    private bool TryBeginMatch()
    {
        ReadOnlySpan<byte> bytes = source;
        if (bytes.Length - _read < sizeof(ushort))
        {
            return false;
        }

        _offset = BinaryPrimitives.ReadUInt16LittleEndian(bytes[_read..]);
        _read += sizeof(ushort);
        _isBehindLiterals = false;
        var length = _matchCode;
        var isKnown = Lz4Decoder.ReadLength(bytes, ref length, ref _read);
        _match = (long)length + Lz4Decoder.MinMatch;
        return isKnown && _offset > 0;
    }

    private bool TryCopyLiterals(Span<byte> target, ref int written)
    {
        var count = Math.Min(_literals, target.Length - written);
        source.AsSpan(_read, count).CopyTo(target[written..]);
        _read += count;
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
