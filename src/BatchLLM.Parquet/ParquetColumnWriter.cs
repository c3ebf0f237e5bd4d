using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using BatchLLM.Parquet.Schemas;
using BatchLLM.Parquet.Values;
using BatchLLM.Parquet.Writing;

namespace BatchLLM.Parquet;

/// <summary>
/// One column of a <see cref="ParquetWriter"/>: takes exactly one value, or null, for each row. A method that does
/// not go with the column's type is misuse.
/// </summary>
public sealed class ParquetColumnWriter
{
    internal ParquetColumnWriter(ColumnChunkBuilder builder) => Builder = builder;

    /// <summary>Name and type.</summary>
    public ParquetColumnSchema Schema => Builder.Column;

    internal ColumnChunkBuilder Builder { get; }

    /// <summary>Level at which the list repeats whose next element is given; 0 in a new row.</summary>
    internal int Repetition { get; set; }

    /// <summary>Adds null, also in place of a list.</summary>
    /// <exception cref="InvalidOperationException">The column is required.</exception>
    public void AppendNull()
    {
        Expect(Schema.IsOptional, "null");
        AppendMissing(Schema.MaxDefinition - (Schema.Type.IsList ? 2 : 1));
    }

    /// <summary>Adds a boolean.</summary>
    /// <exception cref="InvalidOperationException">The column is of another type.</exception>
    public void AppendBoolean(bool value)
    {
        Expect(Schema.Type.Physical == ParquetPhysicalType.Boolean, "a boolean");
        BeginPlace();
        Builder.PageStatistics.Add(value ? 1 : 0);
        AddValue([(byte)(value ? 1 : 0)]);
    }

    /// <summary>Adds an integer, the days of a date, the units of a time or timestamp, or a decimal without its point.</summary>
    /// <exception cref="InvalidOperationException">The column is of another type.</exception>
    /// <exception cref="OverflowException">The value does not fit the column's 32 bits.</exception>
    public void AppendInt64(long value)
    {
        var isShort = Schema.Type.Physical == ParquetPhysicalType.Int32;
        Expect(!Schema.Type.IsList && (isShort || Schema.Type.Physical == ParquetPhysicalType.Int64), "an integer");
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, isShort ? checked((int)value) : value);
        BeginPlace();
        Builder.PageStatistics.Add(value);
        AddValue(bytes[..Schema.Type.PlainSize]);
    }

    /// <summary>Adds a floating-point number; in a column of single precision it is rounded.</summary>
    /// <exception cref="InvalidOperationException">The column is of another type.</exception>
    public void AppendDouble(double value)
    {
        Expect(Schema.Type.Kind == ParquetValueKind.Real, "a floating-point number");
        Span<byte> bytes = stackalloc byte[sizeof(double)];
        if (Schema.Type.Physical == ParquetPhysicalType.Float)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes, (float)value);
            value = (float)value;
        }
        else
        {
            BinaryPrimitives.WriteDoubleLittleEndian(bytes, value);
        }

        BeginPlace();
        Builder.PageStatistics.Add(value);
        AddValue(bytes[..Schema.Type.PlainSize]);
    }

    /// <summary>Adds a decimal, day, time, timestamp, interval, UUID or unsigned integer by the text that <see cref="ParquetColumn.TryGetText"/> gives.</summary>
    /// <exception cref="InvalidOperationException">The column is of another type.</exception>
    /// <exception cref="FormatException">The text is not of the column's type.</exception>
    /// <exception cref="OverflowException">The value does not fit the column's bits.</exception>
    public void AppendShown(string text)
    {
        var type = Schema.Type;
        switch (type.Kind)
        {
            case ParquetValueKind.Decimal when type.IsBytes:
                AddBytes(ValueText.Decimal(text, type.Scale).ToByteArray(isBigEndian: true));
                break;
            case ParquetValueKind.Decimal:
                AppendInt64((long)ValueText.Decimal(text, type.Scale));
                break;
            case ParquetValueKind.Date:
                AppendInt64(ValueText.Date(text));
                break;
            case ParquetValueKind.Time:
                AppendInt64(ValueText.Time(text, type.Unit));
                break;
            case ParquetValueKind.UnsignedInteger:
                AppendInt64((long)ulong.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture));
                break;
            case ParquetValueKind.Uuid:
                AddBytes(Guid.ParseExact(text, "D").ToByteArray(bigEndian: true));
                break;
            case ParquetValueKind.Interval:
                AddBytes(ValueText.Interval(text));
                break;
            case ParquetValueKind.Timestamp when type.IsBytes:
                AddBytes(ValueText.Int96(text));
                break;
            default:
                Expect(type.Kind == ParquetValueKind.Timestamp, "a timestamp");
                AppendInt64(ValueText.Timestamp(text, type.Unit));
                break;
        }
    }

    /// <summary>Adds text, or a JSON document; a surrogate without its other half becomes U+FFFD.</summary>
    /// <exception cref="InvalidOperationException">The column is of another type.</exception>
    public void AppendText(ReadOnlySpan<char> value)
    {
        Expect(Schema.Type.Kind is ParquetValueKind.Text or ParquetValueKind.Json, "text");
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(value.Length));
        try
        {
            AddBytes(bytes.AsSpan(0, Encoding.UTF8.GetBytes(value, bytes)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    /// <summary>Adds bytes; in a text column they must be UTF-8, which is not checked again.</summary>
    /// <exception cref="InvalidOperationException">The column is of another type.</exception>
    public void AppendBytes(ReadOnlySpan<byte> value)
    {
        Expect(Schema.Type.IsBytes && (Schema.Type.Length == 0 || Schema.Type.Length == value.Length), "bytes of this length");
        AddBytes(value);
    }

    /// <summary>Adds a list, which may be empty.</summary>
    /// <exception cref="InvalidOperationException">The column is of another type.</exception>
    public void AppendList(ReadOnlySpan<int> values)
    {
        Expect(Schema.Type.IsList, "a list");
        if (values.IsEmpty)
        {
            AppendMissing(Schema.MaxDefinition - 1);
            return;
        }

        BeginPlace();
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        for (var i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes, values[i]);
            Builder.PageStatistics.Add(values[i]);
            Repetition = Math.Min(i, 1);
            AddValue(bytes);
        }

        Repetition = 0;
    }

    internal void CheckRows(int expected)
    {
        if (Builder.RowCount != expected)
        {
            throw new InvalidOperationException(
                $"Column '{Schema.Name}' was given {Builder.RowCount} values for {expected} rows of the row group.");
        }
    }

    /// <summary>Adds a place without a value: null, or something around it that is null or empty.</summary>
    /// <param name="definition">Level up to which there is something.</param>
    internal void AppendMissing(int definition)
    {
        BeginPlace();
        Builder.PageStatistics.AddNull();
        Builder.AddLevels(definition, Repetition);
    }

    /// <summary>A row may begin a page; what goes on with a row may not.</summary>
    private void BeginPlace()
    {
        if (Repetition == 0)
        {
            Builder.BeginRow();
        }
    }

    private void AddBytes(ReadOnlySpan<byte> value)
    {
        BeginPlace();
        Builder.PageStatistics.Add(value);
        AddValue(value);
    }

    private void AddValue(ReadOnlySpan<byte> value)
    {
        Builder.AddLevels(Schema.MaxDefinition, Repetition);
        Builder.AddValue(value);
    }

    private void Expect(bool condition, string given)
    {
        if (!condition)
        {
            var presence = Schema.IsOptional ? "optional" : "required";
            var shape = Schema.Type.IsList ? $"list of {Schema.Type.Kind}" : $"{Schema.Type.Kind}";
            throw new InvalidOperationException($"Column '{Schema.Name}' ({presence} {shape}) cannot take {given}.");
        }
    }
}
