using System.Buffers.Binary;
using BatchLLM.Parquet.Values;
using static System.FormattableString;

namespace BatchLLM.Parquet.Reading;

/// <content>Finds the values, by the length before each or before all.</content>
internal sealed partial class PageCutter
{
    /// <summary>Finds the whole values among what was decompressed last.</summary>
    private void FindValues()
    {
        if (_lengths is null)
        {
            FindPlain();
        }
        else
        {
            FindByLengths(_lengths);
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

    private void FindPlain()
    {
        ReadOnlySpan<byte> bytes = _bytes.AsSpan(0, _filled);
        while (_count < _slices.Length && bytes.Length - _at >= sizeof(int))
        {
            var claimed = BinaryPrimitives.ReadInt32LittleEndian(bytes[_at..]);
            if (claimed < 0 || claimed > length - (_position + _at - _start) - sizeof(int))
            {
                var (from, of) = (_position + _at - _start - _valuesStart, length - _valuesStart);
                Fault = Invariant($"at byte {from} of {of} a value claims {claimed} bytes");
                return;
            }

            if (claimed > bytes.Length - _at - sizeof(int))
            {
                return;
            }

            _slices[_count++] = new ByteSlice(_at + sizeof(int), claimed);
            _at += sizeof(int) + claimed;
        }
    }

    /// <summary>Bytes of a value that is not whole yet, as far as that is known.</summary>
    private int BytesOfNext() => _lengths is not null ? (_lengths.HasNext ? _lengths.Next : 1)
        : _filled - _at < sizeof(int)
        ? sizeof(int)
        : sizeof(int) + BinaryPrimitives.ReadInt32LittleEndian(_bytes.AsSpan(_at));
}
