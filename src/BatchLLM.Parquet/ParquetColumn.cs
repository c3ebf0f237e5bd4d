using System.Globalization;
using System.Numerics;
using BatchLLM.Parquet.Schemas;
using BatchLLM.Parquet.Values;

namespace BatchLLM.Parquet;

/// <summary>
/// One column of a <see cref="ParquetBatch"/>. Rows are numbered from 0 within the batch. Which getter applies follows
/// from the column's type; the wrong one, or any of them on a null, is misuse.
/// </summary>
public sealed class ParquetColumn
{
    private readonly string _file;
    private readonly ColumnValues _values;

    internal ParquetColumn(string file, ParquetColumnSchema schema, ColumnValues values) =>
        (_file, Schema, _values) = (file, schema, values);

    /// <summary>Name and type.</summary>
    public ParquetColumnSchema Schema { get; }

    /// <summary>Rows in the batch.</summary>
    public int RowCount { get; internal set; }

    /// <summary>True if the row has no value.</summary>
    public bool IsNull(int row)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)RowCount, nameof(row));
        return _values.HasNulls && _values.Defined[row] == 0;
    }

    /// <summary>A boolean.</summary>
    /// <exception cref="InvalidOperationException">The value is null or of another type.</exception>
    public bool GetBoolean(int row) =>
        Schema.Type.Physical == ParquetPhysicalType.Boolean ? Number(row) != 0 : throw Wrong("a boolean");

    /// <summary>
    /// An integer. Also what stands behind a date (days since 1970-01-01), a time or timestamp (in the type's unit), or
    /// a decimal stored in 32 or 64 bits (without its point); an unsigned 64-bit integer comes as its bits.
    /// </summary>
    /// <exception cref="InvalidOperationException">The value is null or of another type.</exception>
    public long GetInt64(int row) => Schema.Type.Physical switch
    {
        ParquetPhysicalType.Int32 when Schema.Type.IsUnsigned => (uint)Number(row),
        ParquetPhysicalType.Int32 or ParquetPhysicalType.Int64 => Number(row),
        _ => throw Wrong("an integer"),
    };

    /// <summary>
    /// A floating-point number of any width, exactly; <see cref="TryGetText"/> gives the shortest digits of its width.
    /// </summary>
    /// <exception cref="InvalidOperationException">The value is null or of another type.</exception>
    public double GetDouble(int row) => Schema.Type switch
    {
        { Physical: ParquetPhysicalType.Double } => BitConverter.Int64BitsToDouble(Number(row)),
        { Physical: ParquetPhysicalType.Float } => BitConverter.Int32BitsToSingle((int)Number(row)),
        { Kind: ParquetValueKind.Real } => (double)BitConverter.ToHalf(GetBytes(row)),
        _ => throw Wrong("a floating-point number"),
    };

    /// <summary>
    /// The bytes of text, JSON, binary, or whatever else is stored as bytes; valid as long as the batch.
    /// </summary>
    /// <exception cref="InvalidOperationException">The value is null or of another type.</exception>
    public ReadOnlySpan<byte> GetBytes(int row)
    {
        if (!Schema.Type.IsBytes)
        {
            throw Wrong("bytes");
        }

        RefuseNull(row);
        var slice = _values.Slices[row];
        return _values.Bytes.AsSpan(slice.Offset, slice.Length);
    }

    /// <summary>
    /// Any value as text, in the invariant culture: <c>true</c>; integers; the shortest digits that give the number
    /// back; decimals exactly; ISO 8601 for days and times, with <c>Z</c> for instants in UTC; hexadecimal groups for a
    /// UUID; text as it is. Binary that is readable text comes as that text, any other as base64.
    /// </summary>
    /// <param name="row">The row.</param>
    /// <param name="text">The text; empty if there is none.</param>
    /// <returns>False if the value is declared to be text and is not UTF-8: a fault of this one value.</returns>
    /// <exception cref="InvalidOperationException">The value is null.</exception>
    /// <exception cref="ParquetException">The value is a decimal of more bytes than its precision can need.</exception>
    public bool TryGetText(int row, out string text)
    {
        var type = Schema.Type;
        var found = type.Kind switch
        {
            ParquetValueKind.Boolean => GetBoolean(row) ? "true" : "false",
            ParquetValueKind.Integer => GetInt64(row).ToString(CultureInfo.InvariantCulture),
            ParquetValueKind.UnsignedInteger => ((ulong)Number(row)).ToString(CultureInfo.InvariantCulture),
            ParquetValueKind.Real => ShowReal(row),
            ParquetValueKind.Decimal => DecimalText.Show(Unscaled(row), type.Scale),
            ParquetValueKind.Date => CalendarText.Date(Number(row)),
            ParquetValueKind.Time => CalendarText.Time(Number(row), type.Unit, type.IsAdjustedToUtc),
            ParquetValueKind.Timestamp when type.IsBytes => CalendarText.Int96(GetBytes(row)),
            ParquetValueKind.Timestamp => CalendarText.Timestamp(Number(row), type.Unit, type.IsAdjustedToUtc),
            ParquetValueKind.Interval => CalendarText.Interval(GetBytes(row)),
            ParquetValueKind.Uuid => new Guid(GetBytes(row), bigEndian: true).ToString(),
            ParquetValueKind.Binary => BinaryText.Show(GetBytes(row)),
            _ => BinaryText.Decode(GetBytes(row)),
        };
        text = found ?? "";
        return found is not null;
    }

    private string ShowReal(int row) => Schema.Type.Physical switch
    {
        ParquetPhysicalType.Double => GetDouble(row).ToString(CultureInfo.InvariantCulture),
        ParquetPhysicalType.Float => ((float)GetDouble(row)).ToString(CultureInfo.InvariantCulture),
        _ => ((Half)GetDouble(row)).ToString(CultureInfo.InvariantCulture),
    };

    private BigInteger Unscaled(int row)
    {
        if (!Schema.Type.IsBytes)
        {
            return Number(row);
        }

        var bytes = GetBytes(row);
        return bytes.Length <= DecimalText.MaxBytes
            ? new BigInteger(bytes, isBigEndian: true)
            : throw new ParquetException(string.Create(
                CultureInfo.InvariantCulture,
                $"{_file}: column '{Schema.Name}': a decimal takes {bytes.Length} bytes; expected at most "
                + $"{DecimalText.MaxBytes}. The file is damaged; write or copy it again."));
    }

    private long Number(int row)
    {
        RefuseNull(row);
        return _values.Numbers[row];
    }

    private void RefuseNull(int row)
    {
        if (IsNull(row))
        {
            throw new InvalidOperationException($"Column '{Schema.Name}' is null in row {row} of the batch.");
        }
    }

    private InvalidOperationException Wrong(string asked) =>
        new($"Column '{Schema.Name}' is {Schema.Type.Kind} in {Schema.Type.Physical}, not {asked}.");
}
