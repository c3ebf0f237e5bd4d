namespace BatchLLM.Parquet.Compression;

/// <summary>
/// A Snappy block decoded a part at a time. The format lets a copy go back to the block's first byte; every encoder known
/// cuts what it is given into pieces of 64 KiB and goes back no further. A block that does is decoded whole.
/// </summary>
/// <param name="length">Bytes that it must give.</param>
internal sealed class SnappyParts(int length) : IPartDecoder
{
    private const int PieceBytes = 64 << 10;

    /// <summary>Bytes of an element without a literal's own: the tag and the longest offset or length.</summary>
    private const int MaxElement = 1 + sizeof(int);

    private long _left = -1;
    private int _literal;

    /// <inheritdoc/>
    public int Window => PieceBytes;

    /// <inheritdoc/>
    public bool TryContinue(ReadOnlySpan<byte> source, bool isLast, out int read, Span<byte> target, ref int written)
    {
        read = 0;
        if (source.Length < MaxElement && !isLast)
        {
            return true;
        }

        if (_left < 0 && !TryBegin(source, out read))
        {
            return false;
        }

        var (isRest, given) = (_left <= target.Length - written, written);
        var isGood = true;
        while (isGood && read < source.Length && written < target.Length)
        {
            CopyLiteral(source, target, ref read, ref written);
            SnappyDecoder.DecodeFast(source, target, ref read, ref written);
            if ((target.Length - written < SnappyDecoder.MaxCopy && !isRest)
                || (source.Length - read < MaxElement && !isLast))
            {
                break;
            }

            isGood = read == source.Length || TryDecodeOne(source, target, ref read, ref written);
        }

        _left -= written - given;
        return isGood;
    }

    /// <inheritdoc/>
    public bool TryEnd(ReadOnlySpan<byte> source) => source.IsEmpty && _literal == 0;

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private bool TryBegin(ReadOnlySpan<byte> source, out int read)
    {
        (_left, var position) = SnappyDecoder.ReadLength(source);
        read = Math.Max(position, 0);
        return position >= 0 && _left == length;
    }

    private void CopyLiteral(ReadOnlySpan<byte> source, Span<byte> target, ref int read, ref int written)
    {
        var count = Math.Min(_literal, Math.Min(target.Length - written, source.Length - read));
        source.Slice(read, count).CopyTo(target[written..]);
        read += count;
        written += count;
        _literal -= count;
    }

    /// <summary>Decodes a copy, or begins a literal, which may go on in the next parts.</summary>
    private bool TryDecodeOne(ReadOnlySpan<byte> source, Span<byte> target, ref int read, ref int written)
    {
        var tag = source[read++];
        if ((tag & 3) != 0)
        {
            return SnappyDecoder.Copy(source, target, tag, ref read, ref written);
        }

        _literal = (tag >> 2) + 1;
        return _literal <= SnappyDecoder.MaxShortLiteral
            || SnappyDecoder.ReadLiteralLength(source, ref _literal, ref read);
    }
}
