namespace BatchLLM.Parquet.Compression;

/// <summary>
/// A Snappy block decoded a part at a time. The format lets a copy go back to the block's first byte; every encoder known
/// cuts what it is given into pieces of 64 KiB and goes back no further. A block that does is decoded whole.
/// </summary>
internal sealed class SnappyParts : Decompression
{
    private const int PieceBytes = 64 << 10;

    private readonly ArraySegment<byte> _source;
    private long _left;
    private int _read;
    private int _literal;

    /// <param name="source">The block.</param>
    /// <param name="length">Bytes that it must give.</param>
    public SnappyParts(ArraySegment<byte> source, int length)
    {
        _source = source;
        (_left, _read) = SnappyDecoder.ReadLength(source);
        _read = _left == length ? _read : -1;
    }

    /// <inheritdoc/>
    public override int Window => PieceBytes;

    /// <inheritdoc/>
    public override bool TryContinue(Span<byte> target, int given, out int count)
    {
        ReadOnlySpan<byte> source = _source;
        var isRest = _left <= target.Length - given;
        var written = given;
        var isGood = _read >= 0;
        while (isGood && (_literal > 0 || _read < source.Length) && written < target.Length)
        {
            CopyLiteral(source, target, ref written);
            SnappyDecoder.DecodeFast(source, target, ref _read, ref written);
            if (target.Length - written < SnappyDecoder.MaxCopy && !isRest)
            {
                break;
            }

            isGood = _read == source.Length || TryDecodeOne(source, target, ref written);
        }

        count = written - given;
        _left -= count;
        return isGood;
    }

    /// <inheritdoc/>
    public override bool TryEnd() => _read == _source.Count && _literal == 0;

    private void CopyLiteral(ReadOnlySpan<byte> source, Span<byte> target, ref int written)
    {
        var count = Math.Min(_literal, target.Length - written);
        source.Slice(_read, count).CopyTo(target[written..]);
        _read += count;
        written += count;
        _literal -= count;
    }

    /// <summary>Decodes a copy, or begins a literal, which may go on in the next parts.</summary>
    private bool TryDecodeOne(ReadOnlySpan<byte> source, Span<byte> target, ref int written)
    {
        if (_literal > 0)
        {
            return true;
        }

        var tag = source[_read++];
        if ((tag & 3) != 0)
        {
            return SnappyDecoder.Copy(source, target, tag, ref _read, ref written);
        }

        var length = (tag >> 2) + 1;
        var isKnown = length <= SnappyDecoder.MaxShortLiteral
            || SnappyDecoder.ReadLiteralLength(source, ref length, ref _read);
        _literal = length;
        return isKnown && length <= source.Length - _read;
    }
}
