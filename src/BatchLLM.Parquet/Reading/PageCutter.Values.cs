using System.Buffers.Binary;
using BatchLLM.Parquet.Encodings;
using BatchLLM.Parquet.Values;
using static System.FormattableString;

namespace BatchLLM.Parquet.Reading;

/// <content>Finds the values, by their size, or by the length before each or before all.</content>
internal sealed partial class PageCutter
{
    /// <summary>Finds the whole values among what was decompressed last.</summary>
    private void FindValues()
    {
        if (Fault is not null)
        {
            return;
        }

        if (_lengths is not null)
        {
            FindByLengths(_lengths);
        }
        else if (valueBytes > 0)
        {
            FindAlike();
        }
        else
        {
            FindPlain();
        }
    }

    private void FindByLengths(PageLengths lengths)
    {
        while (Fault is null && _count < _slices.Length && lengths.HasNext)
        {
            var (claimed, left) = (lengths.Next, length - (_position + _at - _start));
            if (claimed < 0 || claimed > left)
            {
                Fault = Invariant($"a value claims {claimed} bytes; {left} are left");
            }
            else if (claimed > _filled - _at)
            {
                return;
            }
            else
            {
                _slices[_count++] = new ByteSlice(_at, claimed);
                _at += claimed;
                lengths.Take();
            }
        }

        _at = lengths.HasNext ? _at : _filled; // what stands behind the last value is of no use
    }

    private void FindAlike()
    {
        _count = (_filled - _start) / valueBytes;
        _at = _start + (_count * valueBytes);
    }

    private void FindPlain()
    {
        ReadOnlySpan<byte> bytes = _bytes.AsSpan(0, _filled);
        _count += PlainSlices.Find(bytes, ref _at, _slices.AsSpan(_count));
        if (_count < _slices.Length && bytes.Length - _at >= sizeof(int))
        {
            // Whatever is larger than the rest of the page is wrong.
            var (claimed, left) = (BinaryPrimitives.ReadInt32LittleEndian(bytes[_at..]), length - _position + _start - sizeof(int) - _at);
            Fault = claimed < 0 || claimed > left ? Overrun(_at, claimed) : null;
        }
    }

    private string Overrun(int at, int claimed)
    {
        var (from, of) = (_position + at - _start - _valuesStart, length - _valuesStart);
        return Invariant($"at byte {from} of {of} a value claims {claimed} bytes");
    }

    /// <summary>Bytes of a value that is not whole yet, as far as that is known.</summary>
    private int BytesOfNext() => _lengths is not null ? (_lengths.HasNext ? _lengths.Next : 1)
        : valueBytes > 0 ? Math.Min(valueBytes, length)
        : _filled - _at < sizeof(int)
        ? sizeof(int)
        : sizeof(int) + BinaryPrimitives.ReadInt32LittleEndian(_bytes.AsSpan(_at));
}
