using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using BatchLLM.Blobs.Jsonl;
using BatchLLM.Parquet;
using BatchLLM.Parquet.Schemas;
using BatchLLM.Rows;

namespace BatchLLM.Blobs.Parquet;

/// <summary>
/// Writes nested values as JSON: a list is an array, a struct an object with all its members, a map an object with its
/// keys as text. Numbers, decimals among them, are numbers with all their digits, NaN and the infinities null; any other
/// value is the text that it is as a column of its own. Serves one pass over a file.
/// </summary>
/// <remarks>DuckDB's and Spark's <c>to_json</c> give the same shapes.</remarks>
/// <param name="maxBytes">Bytes beyond which a row fails instead.</param>
internal sealed class NestedJson(int maxBytes)
{
    // Text stays readable, as in the lines of a JSONL file: it goes to a prompt.
    private static readonly JsonWriterOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    private readonly ArrayBufferWriter<byte> _bytes = new();

    /// <summary>Writes one row of a nested column.</summary>
    /// <param name="column">The column.</param>
    /// <param name="row">The row.</param>
    /// <param name="error">Why the row fails; null if it does not.</param>
    /// <returns>Raw JSON, or the absent value.</returns>
    /// <exception cref="BatchLLMException">A value is damaged.</exception>
    public RowValue Write(ParquetColumn column, int row, out RowError? error)
    {
        error = null;
        if (column.IsNull(row))
        {
            return RowValue.Null;
        }

        _bytes.ResetWrittenCount();
        using var json = new Utf8JsonWriter(_bytes, Options);
        error = WriteValue(json, column, row);
        json.Flush();
        return error is null ? RowValue.FromJson(Encoding.UTF8.GetString(_bytes.WrittenSpan)) : RowValue.Null;
    }

    private RowError? WriteValue(Utf8JsonWriter json, ParquetColumn column, int row)
    {
        if (json.BytesCommitted + json.BytesPending > maxBytes)
        {
            return TooLong(column);
        }

        if (column.IsNull(row))
        {
            json.WriteNullValue();
            return null;
        }

        return column.Field.Shape switch
        {
            ParquetShape.Value => WriteScalar(json, column, row),
            ParquetShape.Struct => WriteStruct(json, column, row),
            ParquetShape.List => WriteList(json, column, row),
            _ => WriteMap(json, column, row),
        };
    }

    private RowError? WriteStruct(Utf8JsonWriter json, ParquetColumn column, int row)
    {
        json.WriteStartObject();
        foreach (var member in column.Children)
        {
            json.WritePropertyName(member.Name);
            if (WriteValue(json, member, row) is { } error)
            {
                return error;
            }
        }

        json.WriteEndObject();
        return null;
    }

    private RowError? WriteList(Utf8JsonWriter json, ParquetColumn column, int row)
    {
        var elements = column.GetElements(row);
        json.WriteStartArray();
        for (var i = elements.Start.Value; i < elements.End.Value; i++)
        {
            if (WriteValue(json, column.Children[0], i) is { } error)
            {
                return error;
            }
        }

        json.WriteEndArray();
        return null;
    }

    private RowError? WriteMap(Utf8JsonWriter json, ParquetColumn column, int row)
    {
        var pairs = column.GetElements(row);
        json.WriteStartObject();
        for (var i = pairs.Start.Value; i < pairs.End.Value; i++)
        {
            if (WriteKey(json, column.Children[0], i) is { } wrongKey)
            {
                return wrongKey;
            }

            if (WriteValue(json, column.Children[1], i) is { } error)
            {
                return error;
            }
        }

        json.WriteEndObject();
        return null;
    }

    private RowError? WriteKey(Utf8JsonWriter json, ParquetColumn keys, int row)
    {
        RowError? error = null;
        var key = keys switch
        {
            // The format forbids it, but old writers left keys optional.
            _ when keys.IsNull(row) => "null",
            { Field.Shape: ParquetShape.Value } => ParquetRow.ReadText(keys, row),
            _ => new NestedJson(maxBytes).Write(keys, row, out error).ToString(),
        };
        error ??= key is null ? ParquetRow.NotUtf8(keys.Name) : key.Length > maxBytes ? TooLong(keys) : null;
        if (error is null)
        {
            json.WritePropertyName(key!);
        }

        return error;
    }

    private RowError? WriteScalar(Utf8JsonWriter json, ParquetColumn column, int row)
    {
        switch (column.Schema.Type.Kind)
        {
            case ParquetValueKind.Boolean:
                json.WriteBooleanValue(column.GetBoolean(row));
                return null;
            case ParquetValueKind.Integer:
                json.WriteNumberValue(column.GetInt64(row));
                return null;
            case ParquetValueKind.Real:
                RowValueJson.Write(json, RowValue.FromNumber(ParquetRow.ReadNumber(column, row)));
                return null;
            case ParquetValueKind.UnsignedInteger or ParquetValueKind.Decimal:
                json.WriteRawValue(ParquetRow.ReadText(column, row)!, skipInputValidation: true);
                return null;
            default:
                return WriteText(json, column, row);
        }
    }

    private RowError? WriteText(Utf8JsonWriter json, ParquetColumn column, int row)
    {
        if (ParquetRow.ReadText(column, row) is not { } text)
        {
            return ParquetRow.NotUtf8(column.Name);
        }

        // The writer itself refuses texts that are a little longer.
        if (text.Length > maxBytes)
        {
            return TooLong(column);
        }

        JsonText.Write(json, text);
        return null;
    }

    private RowError TooLong(ParquetColumn column) => new(
        RowErrorCodes.RowTooLong,
        string.Create(
            CultureInfo.InvariantCulture,
            $"Column '{column.Name}' takes more than {maxBytes} bytes as JSON; expected at most so many."));
}
