using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using BatchLLM.Parquet.Schemas;
using BatchLLM.Parquet.Values;

namespace BatchLLM.Parquet;

/// <summary>
/// One column of a <see cref="ParquetBatch"/>, or of another column: what is nested has columns below it. Rows are
/// numbered from 0 within the batch; the rows of a list's child are the elements of all the lists. Which getter applies
/// follows from the column's shape and type; the wrong one, or any of them on a null, is misuse.
/// </summary>
public sealed class ParquetColumn
{
    private readonly string _file;
    private readonly bool _isBytes;

    private ParquetColumn(
        string file, string name, ParquetField field, ColumnValues values, IReadOnlyList<ParquetColumn> children) =>
        (_file, Name, Field, Values, Children, _isBytes) = (file, name, field, values, children, field.Column?.Type.IsBytes == true);

    /// <summary>The name or path that was asked for; below a nested column, the field's own name.</summary>
    public string Name { get; }

    /// <summary>What the column holds.</summary>
    public ParquetField Field { get; }

    /// <summary>Path and type of a column of values.</summary>
    /// <exception cref="InvalidOperationException">The column is of another shape.</exception>
    public ParquetColumnSchema Schema => Field.Column ?? throw Wrong("a value");

    /// <summary>
    /// The columns below: a struct's members, a list's elements, a map's keys and values; none for values.
    /// </summary>
    public IReadOnlyList<ParquetColumn> Children { get; }

    /// <summary>Rows in the batch, or elements of all the lists around it.</summary>
    public int RowCount { get; internal set; }

    internal ColumnValues Values { get; }

    /// <summary>The columns of values: itself, or those below.</summary>
    internal IEnumerable<ParquetColumn> Leaves =>
        Field.Shape == ParquetShape.Value ? [this] : Children.SelectMany(child => child.Leaves);

    /// <summary>A column that was asked for, with room for a batch.</summary>
    internal static ParquetColumn OfField(string file, string name, ParquetField field, int rows) => field.IsFlat
        ? new ParquetColumn(file, name, field, ColumnValues.ForRows(field.Column!.Type, rows), [])
        : OfNested(file, name, field);

    /// <summary>True if the row has no value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // asked twice for every value: the getters of texts took 3 % of reading as calls, 1 % inlined
    public bool IsNull(int row)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)RowCount, nameof(row));
        return Values.HasNulls && Values.Defined[row] == 0;
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
        if (!_isBytes)
        {
            throw Wrong("bytes");
        }

        RefuseNull(row);
        return Values.BytesAt(row);
    }

    /// <summary>
    /// Where the elements of a list, or the pairs of a map, stand among the rows of <see cref="Children"/>.
    /// </summary>
    /// <exception cref="InvalidOperationException">The row is null, or the column is neither list nor map.</exception>
    public Range GetElements(int row)
    {
        if (Field.Shape is not (ParquetShape.List or ParquetShape.Map))
        {
            throw Wrong("a list or map");
        }

        RefuseNull(row);
        return Values.Offsets[row]..Values.Offsets[row + 1];
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

    private static ParquetColumn OfNested(string file, string name, ParquetField field) => new(
        file,
        name,
        field,
        field.Column is { } column ? ColumnValues.ForElements(column.Type) : ColumnValues.ForGroup(),
        [.. field.Children.Select(child => OfNested(file, child.Name, child))]);

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
        return Values.Numbers[row];
    }

    private void RefuseNull(int row)
    {
        if (IsNull(row))
        {
            throw Null(row);
        }
    }

    private InvalidOperationException Null(int row) => new($"Column '{Name}' is null in row {row} of the batch.");

    private InvalidOperationException Wrong(string asked) =>
        new(Field.Column is { Type: var type }
            ? $"Column '{Name}' is {type.Kind} in {type.Physical}, not {asked}."
            : $"Column '{Name}' is {Field}, not {asked}.");
}
