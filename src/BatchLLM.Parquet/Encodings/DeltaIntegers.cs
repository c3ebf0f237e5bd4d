using BatchLLM.Parquet.Reading;

namespace BatchLLM.Parquet.Encodings;

/// <summary>
/// Decodes the integers of DELTA_BINARY_PACKED, a few at a time: a header with the first of them, then blocks, each
/// with its smallest difference and miniblocks of what the others are above it, bit-packed in a width per miniblock.
/// </summary>
/// <remarks>
/// Source: Encodings.md of the format. Sums wrap around in 64 bits, so that the lower 32 are right for 32-bit values,
/// whichever width the writer calculated in.
/// </remarks>
internal sealed class DeltaIntegers
{
    private const int BlockMultiple = 128;
    private const int MiniblockMultiple = 32;
    private const int MaxBitWidth = 64;

    private readonly byte[] _data;
    private readonly int _end;
    private readonly PagePlace _place;
    private readonly long _miniblocksPerBlock;
    private readonly long _valuesPerMiniblock;
    private int _position;
    private bool _isFirstAhead;
    private long _previous;
    private long _smallest;
    private long _miniblocksLeft;
    private int _nextWidth;
    private int _bitWidth;
    private long _packedBit;
    private long _packedLeft;

    /// <summary>Reads the header; a page of nulls alone may have nothing at all, not even that.</summary>
    /// <param name="page">The page.</param>
    /// <param name="start">Index of the header's first byte.</param>
    public DeltaIntegers(PageValues page, int start)
    {
        (_data, _position, _end, _place) = (page.Data, start, page.End, page.Place);
        if (start == page.End)
        {
            return;
        }

        var (perBlock, miniblocks) = (ReadVarint(), ReadVarint());
        CheckBlocks(perBlock, miniblocks);
        (_miniblocksPerBlock, _valuesPerMiniblock) = ((long)miniblocks, (long)(perBlock / miniblocks));
        var count = ReadVarint();
        if (count > int.MaxValue)
        {
            throw _place.Damaged($"delta-packed integers claim {count} values; expected at most {int.MaxValue}");
        }

        (Left, _isFirstAhead, _previous) = ((long)count, count > 0, ReadZigZag());
    }

    /// <summary>Integers not read yet, by the header.</summary>
    public long Left { get; private set; }

    /// <summary>Reads the next integers, as many as the destination holds.</summary>
    public void Read(Span<long> destination)
    {
        if (destination.Length > Left)
        {
            throw _place.Damaged($"{Left} delta-packed integers are left; expected {destination.Length} more");
        }

        if (_isFirstAhead && !destination.IsEmpty)
        {
            destination[0] = _previous;
            destination = destination[1..];
            PassFirst();
        }

        while (!destination.IsEmpty)
        {
            var count = PrepareMiniblock(destination.Length);
            Add(destination[..count]);
            destination = destination[count..];
        }
    }

    /// <summary>Reads the next integers of a stream of 32-bit ones, as many as the destination holds.</summary>
    public void Read(Span<int> destination)
    {
        Span<long> piece = stackalloc long[MiniblockMultiple];
        for (var done = 0; done < destination.Length; done += piece.Length)
        {
            piece = piece[..Math.Min(piece.Length, destination.Length - done)];
            Read(piece);
            for (var i = 0; i < piece.Length; i++)
            {
                destination[done + i] = (int)piece[i];
            }
        }
    }

    /// <summary>Passes over every integer left.</summary>
    /// <returns>Index of the byte behind the last block.</returns>
    public int PassOver()
    {
        if (_isFirstAhead)
        {
            PassFirst();
        }

        for (; Left > 0; Left -= _packedLeft, _packedLeft = 0)
        {
            PrepareMiniblock(1);
        }

        return _position;
    }

    private void PassFirst() => (_isFirstAhead, Left) = (false, Left - 1);

    private void CheckBlocks(ulong perBlock, ulong miniblocks)
    {
        var isGood = perBlock is > 0 and <= int.MaxValue && perBlock % BlockMultiple == 0
            && miniblocks > 0 && perBlock % miniblocks == 0 && perBlock / miniblocks % MiniblockMultiple == 0;
        if (!isGood)
        {
            throw _place.Damaged(
                $"delta blocks claim {perBlock} values in {miniblocks} parts; expected multiples of 128 in ones of 32");
        }
    }

    /// <summary>Makes sure that a miniblock is begun.</summary>
    /// <returns>How many of the wanted values it can give; at least 1.</returns>
    private int PrepareMiniblock(int wanted)
    {
        if (_packedLeft == 0)
        {
            BeginMiniblock();
        }

        return (int)Math.Min(wanted, _packedLeft);
    }

    private void BeginMiniblock()
    {
        if (_miniblocksLeft == 0)
        {
            BeginBlock();
        }

        _miniblocksLeft--;
        _bitWidth = _data[_nextWidth++];
        if (_bitWidth > MaxBitWidth)
        {
            throw _place.Damaged($"delta-packed integers have {_bitWidth} bits; expected at most {MaxBitWidth}");
        }

        // The last miniblock is padded to its full size; some writers leave the padding out, so that only what the
        // values need must be there.
        (_packedBit, _packedLeft) = (8L * _position, Math.Min(_valuesPerMiniblock, Left));
        var (needed, held) = (((_packedLeft * _bitWidth) + 7) / 8, _end - _position);
        if (needed > held)
        {
            throw _place.Damaged($"{_packedLeft} delta-packed integers take {needed} bytes; {held} are left");
        }

        _position += (int)Math.Min(held, _valuesPerMiniblock / 8 * _bitWidth);
    }

    private void BeginBlock()
    {
        _smallest = ReadZigZag();
        if (_miniblocksPerBlock > _end - _position)
        {
            throw _place.Damaged(
                $"a delta-packed block has {_miniblocksPerBlock} miniblocks; {_end - _position} bytes are left");
        }

        (_nextWidth, _miniblocksLeft) = (_position, _miniblocksPerBlock);
        _position += (int)_miniblocksPerBlock;
    }

    private void Add(Span<long> destination)
    {
        BitUnpacker.Unpack(_data, _packedBit, _bitWidth, destination);
        var (previous, smallest) = (_previous, _smallest);
        foreach (ref var value in destination)
        {
            previous = unchecked(previous + smallest + value);
            value = previous;
        }

        _previous = previous;
        _packedBit += (long)destination.Length * _bitWidth;
        _packedLeft -= destination.Length;
        Left -= destination.Length;
    }

    private long ReadZigZag()
    {
        var value = ReadVarint();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    private ulong ReadVarint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (_position >= _end)
            {
                throw _place.Damaged($"delta-packed integers end inside a header");
            }

            var next = _data[_position++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw _place.Damaged($"a number in a delta-packed header is longer than 10 bytes");
    }
}
