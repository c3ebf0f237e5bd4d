using System.Buffers.Binary;
using BatchLLM.Parquet.Schemas;

namespace BatchLLM.Parquet.Writing;

/// <summary>
/// Smallest value, largest value and number of nulls of one page or chunk, by the order of the column's type.
/// </summary>
internal sealed class ColumnStatistics(ParquetColumnType type)
{
    private readonly bool _isSingle = type.Physical == ParquetPhysicalType.Float;

    /// <summary>Numbers without sign are held as those with one that have the same order.</summary>
    private readonly long _sign = type.Kind == ParquetValueKind.UnsignedInteger ? long.MinValue : 0;

    private readonly ByteBuffer _minBytes = new();
    private readonly ByteBuffer _maxBytes = new();
    private long _minNumber;
    private long _maxNumber;
    private double _minReal;
    private double _maxReal;
    private bool _hasBounds;

    /// <summary>Nulls; for lists also empty lists, which have no value either.</summary>
    public long NullCount { get; private set; }

    /// <summary>Values that are not a number, which have no place in the order.</summary>
    public long NanCount { get; private set; }

    /// <summary>True if no difference of two of the integers needs more bits than the type has.</summary>
    public bool HasNarrowRange
    {
        get
        {
            var range = unchecked((ulong)(_maxNumber - _minNumber));
            return range <= (type.Physical == ParquetPhysicalType.Int32 ? int.MaxValue : (ulong)long.MaxValue);
        }
    }

    /// <summary>Counts a null.</summary>
    public void AddNull() => NullCount++;

    /// <summary>Takes a boolean or an integer.</summary>
    public void Add(long value)
    {
        value ^= _sign;
        _minNumber = _hasBounds ? Math.Min(_minNumber, value) : value;
        _maxNumber = _hasBounds ? Math.Max(_maxNumber, value) : value;
        _hasBounds = true;
    }

    /// <summary>Takes a floating-point number.</summary>
    public void Add(double value)
    {
        if (double.IsNaN(value))
        {
            NanCount++;
            return;
        }

        _minReal = _hasBounds ? Math.Min(_minReal, value) : value;
        _maxReal = _hasBounds ? Math.Max(_maxReal, value) : value;
        _hasBounds = true;
    }

    /// <summary>
    /// Takes bytes; they are ordered as unsigned numbers, which for UTF-8 is the order of code points.
    /// </summary>
    public void Add(ReadOnlySpan<byte> value)
    {
        Replace(_minBytes, value, value.SequenceCompareTo(_minBytes.Span) < 0);
        Replace(_maxBytes, value, value.SequenceCompareTo(_maxBytes.Span) > 0);
        _hasBounds = true;
    }

    /// <summary>Takes all that another of the same type took.</summary>
    public void Add(ColumnStatistics other)
    {
        NullCount += other.NullCount;
        NanCount += other.NanCount;
        switch (type)
        {
            case var _ when !other._hasBounds:
                break;
            case { IsBytes: true }:
                Add(other._minBytes.Span);
                Add(other._maxBytes.Span);
                break;
            case { Kind: ParquetValueKind.Real }:
                Add(other._minReal);
                Add(other._maxReal);
                break;
            default:
                Add(other._minNumber ^ _sign);
                Add(other._maxNumber ^ _sign);
                break;
        }
    }

    /// <summary>Starts anew.</summary>
    public void Clear() => (_hasBounds, NullCount, NanCount) = (false, 0, 0);

    /// <summary>The bounds in the PLAIN encoding, long ones cut; null without a value that has a place in the
    /// order.</summary>
    public ValueBounds? Bounds() => type switch
    {
        var _ when !_hasBounds => null,

        // Their bytes are ordered as numbers with a sign, which the bounds of bytes are not, or have no order at all.
        { IsBytes: true, Kind: ParquetValueKind.Decimal or ParquetValueKind.Interval or ParquetValueKind.Timestamp } => null,
        { IsBytes: true } => ByteBounds(),

        // The two zeros compare as equal: the bounds must include both.
        { Kind: ParquetValueKind.Real } =>
            new(Plain(_minReal == 0 ? -0.0 : _minReal), true, Plain(_maxReal == 0 ? 0.0 : _maxReal), true),
        _ => new(Plain(_minNumber ^ _sign), true, Plain(_maxNumber ^ _sign), true),
    };

    private ValueBounds ByteBounds()
    {
        var isText = type.Kind is ParquetValueKind.Text or ParquetValueKind.Json;
        return new ValueBounds(
            BoundTruncation.Lower(_minBytes.Span, isText),
            _minBytes.Length <= BoundTruncation.MaxBytes,
            BoundTruncation.Upper(_maxBytes.Span, isText),
            _maxBytes.Length <= BoundTruncation.MaxBytes);
    }

    private void Replace(ByteBuffer bound, ReadOnlySpan<byte> value, bool isBeyond)
    {
        if (!_hasBounds || isBeyond)
        {
            bound.Clear();
            bound.Append(value);
        }
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
