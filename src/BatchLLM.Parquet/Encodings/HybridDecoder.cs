using System.Buffers.Binary;
using BatchLLM.Parquet.Reading;

namespace BatchLLM.Parquet.Encodings;

/// <summary>
/// Decodes the RLE / bit-packing hybrid of levels, dictionary indices and booleans, a few values at a time: a run may
/// claim billions of values, so that none is ever expanded as a whole.
/// </summary>
internal sealed class HybridDecoder
{
    private readonly byte[] _data;
    private readonly int _end;
    private readonly int _bitWidth;
    private readonly PagePlace _place;
    private int _position;
    private int _repeatsLeft;
    private int _repeated;
    private long _packedLeft;
    private long _packedBit;

    /// <param name="data">The page.</param>
    /// <param name="range">The part of it that holds the runs.</param>
    /// <param name="bitWidth">0 to 32 bits per value.</param>
    /// <param name="place">For messages.</param>
    public HybridDecoder(byte[] data, Range range, int bitWidth, PagePlace place)
    {
        var (offset, length) = range.GetOffsetAndLength(data.Length);
        (_data, _position, _end, _bitWidth, _place) = (data, offset, offset + length, bitWidth, place);
    }

    /// <summary>Reads integers, as many as the destination holds.</summary>
    public void Read(Span<int> destination)
    {
        if (_bitWidth == 0)
        {
            destination.Clear();
            return;
        }

        while (!destination.IsEmpty)
        {
            var count = PrepareRun(destination.Length);
            if (_repeatsLeft > 0)
            {
                destination[..count].Fill(_repeated);
            }
            else
            {
                BitUnpacker.Unpack(_data, _packedBit, _bitWidth, destination[..count]);
            }

            Consume(count);
            destination = destination[count..];
        }
    }

    /// <summary>Reads single bits, one byte each; only for a width of 1.</summary>
    public void ReadBits(Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            var count = PrepareRun(destination.Length);
            if (_repeatsLeft > 0)
            {
                destination[..count].Fill((byte)_repeated);
            }
            else
            {
                BitUnpacker.UnpackBits(_data, _packedBit, destination[..count]);
            }

            Consume(count);
            destination = destination[count..];
        }
    }

    /// <summary>Declares that all the data is one bit-packed run without a header.</summary>
    public void SetPacked()
    {
        (_packedBit, _packedLeft) = (8L * _position, 8L * (_end - _position) / _bitWidth);
        _position = _end;
    }

    /// <summary>Makes sure that a run is begun.</summary>
    /// <returns>How many of the wanted values it can give; at least 1.</returns>
    private int PrepareRun(int wanted)
    {
        while (_repeatsLeft == 0 && _packedLeft == 0)
        {
            BeginRun();
        }

        return (int)Math.Min(wanted, _repeatsLeft > 0 ? _repeatsLeft : _packedLeft);
    }

    private void Consume(int count)
    {
        if (_repeatsLeft > 0)
        {
            _repeatsLeft -= count;
        }
        else
        {
            _packedLeft -= count;
            _packedBit += (long)count * _bitWidth;
        }
    }

    private void BeginRun()
    {
        var header = ReadHeader();
        if ((header & 1) == 0)
        {
            _repeatsLeft = (int)(header >> 1);
            _repeated = ReadRepeated();
            return;
        }

        // Some writers leave out the padding of the last group: what is there counts.
        var claimed = (header >> 1) * 8L;
        var held = 8L * (_end - _position) / _bitWidth;
        (_packedBit, _packedLeft) = (8L * _position, Math.Min(claimed, held));
        _position = (int)Math.Min(_end, _position + (claimed / 8 * _bitWidth));
    }

    private uint ReadHeader()
    {
        uint header = 0;
        for (var shift = 0; shift < 35; shift += 7)
        {
            if (_position >= _end)
            {
                throw _place.Damaged($"run-length data ends before the page's last value");
            }

            var next = _data[_position++];
            header |= (uint)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return header;
            }
        }

        throw _place.Damaged($"a run's header is longer than 5 bytes");
    }

    private int ReadRepeated()
    {
        var bytes = (_bitWidth + 7) / 8;
        if (bytes > _end - _position)
        {
            throw _place.Damaged($"run-length data ends inside a repeated value");
        }

        Span<byte> padded = stackalloc byte[4];
        padded.Clear();
        _data.AsSpan(_position, bytes).CopyTo(padded);
        _position += bytes;
        var value = BinaryPrimitives.ReadUInt32LittleEndian(padded);
        return value >> (_bitWidth - 1) >> 1 == 0
            ? (int)value
            : throw _place.Damaged($"a repeated value is {value}; expected at most {_bitWidth} bits");
    }
}
