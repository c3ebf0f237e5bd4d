using System.Buffers.Binary;
using BatchLLM.Parquet.Schemas;
using BatchLLM.Parquet.Thrift;

namespace BatchLLM.Parquet.Writing;

/// <summary>
/// Smallest value, largest value and number of nulls of one chunk, by the order of the column's type.
/// </summary>
internal sealed class ColumnStatistics(ParquetColumnType type)
{
    /// <summary>Longer texts help no reader to pass over rows and would swell the footer.</summary>
    private const int MaxBytes = 64;

    private readonly bool _isSingle = type.Physical == ParquetPhysicalType.Float;
    private readonly ByteBuffer _minBytes = new();
    private readonly ByteBuffer _maxBytes = new();
    private long _minNumber;
    private long _maxNumber;
    private double _minReal;
    private double _maxReal;
    private long _nanCount;
    private long _count;

    /// <summary>Nulls; for lists also empty lists, which have no value either.</summary>
    public long NullCount { get; private set; }

    /// <summary>Counts a null.</summary>
    public void AddNull() => NullCount++;

    /// <summary>Takes a boolean or an integer.</summary>
    public void Add(long value)
    {
        _minNumber = _count == 0 ? value : Math.Min(_minNumber, value);
        _maxNumber = _count == 0 ? value : Math.Max(_maxNumber, value);
        _count++;
    }

    /// <summary>Takes a floating-point number.</summary>
    public void Add(double value)
    {
        if (double.IsNaN(value))
        {
            _nanCount++;
            return;
        }

        _minReal = _count == 0 ? value : Math.Min(_minReal, value);
        _maxReal = _count == 0 ? value : Math.Max(_maxReal, value);
        _count++;
    }

    /// <summary>
    /// Takes bytes; they are ordered as unsigned numbers, which for UTF-8 is the order of code points.
    /// </summary>
    public void Add(ReadOnlySpan<byte> value)
    {
        Replace(_minBytes, value, value.SequenceCompareTo(_minBytes.Span) < 0);
        Replace(_maxBytes, value, value.SequenceCompareTo(_maxBytes.Span) > 0);
        _count++;
    }

    /// <summary>Starts anew for the next chunk.</summary>
    public void Clear() => (_count, NullCount, _nanCount) = (0, 0, 0);

    /// <summary>Writes the format's <c>Statistics</c> as a field.</summary>
    public void Write(CompactWriter writer, short id)
    {
        writer.BeginStruct(id);
        writer.WriteInt64(3, NullCount);
        if (_count > 0)
        {
            WriteBounds(writer);
        }

        if (type.Kind == ParquetValueKind.Real)
        {
            writer.WriteInt64(9, _nanCount);
        }

        writer.EndStruct();
    }

    private void Replace(ByteBuffer bound, ReadOnlySpan<byte> value, bool isBeyond)
    {
        if (_count == 0 || isBeyond)
        {
            bound.Clear();
            bound.Append(value);
        }
    }

    private void WriteBounds(CompactWriter writer)
    {
        switch (type)
        {
            case { IsBytes: true } when Math.Max(_minBytes.Length, _maxBytes.Length) > MaxBytes:
                break;
            case { IsBytes: true }:
                WriteBounds(writer, _maxBytes.Span, _minBytes.Span);
                break;
            case { Kind: ParquetValueKind.Real }:
                // The two zeros compare as equal: the bounds must include both.
                WriteBounds(writer, Plain(_maxReal == 0 ? 0.0 : _maxReal), Plain(_minReal == 0 ? -0.0 : _minReal));
                break;
            default:
                WriteBounds(writer, Plain(_maxNumber), Plain(_minNumber));
                break;
        }
    }

    private static void WriteBounds(CompactWriter writer, ReadOnlySpan<byte> max, ReadOnlySpan<byte> min)
    {
        writer.WriteBinary(5, max);
        writer.WriteBinary(6, min);
        writer.WriteBoolean(7, true);
        writer.WriteBoolean(8, true);
    }

    private byte[] Plain(double value) =>
        _isSingle ? BitConverter.GetBytes((float)value) : BitConverter.GetBytes(value);

    private byte[] Plain(long value)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return bytes[..Math.Max(1, type.PlainSize)];
    }
}
