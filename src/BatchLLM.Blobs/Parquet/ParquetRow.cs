using System.Globalization;
using BatchLLM.Parquet;
using BatchLLM.Parquet.Schemas;
using BatchLLM.Rows;

namespace BatchLLM.Blobs.Parquet;

/// <summary>Turns one row of a batch into a row of values.</summary>
/// <remarks>
/// Booleans, integers and floating-point numbers are what they are; an unsigned integer beyond 63 bits is its digits. A
/// number of single or half precision becomes the double of its shortest digits: 0.1 stays 0.1. Decimals, dates, times,
/// timestamps and UUIDs become their invariant or ISO 8601 text; JSON columns stay text; binary that is readable text
/// becomes that text, and any other base64. Lists, maps and structs become JSON (<see cref="NestedJson"/>). Text that is
/// not UTF-8 fails the row, and so does JSON that is longer than a line of a JSONL file may be.
/// </remarks>
internal static class ParquetRow
{
    /// <summary>Reads one row; what it returns does not depend on the batch any more.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="index">Number of the row in the batch.</param>
    /// <param name="uri">The file.</param>
    /// <param name="json">Writes what is nested.</param>
    public static Row Read(ParquetBatch batch, int index, string uri, NestedJson json)
    {
        var location = new RowLocation(uri, batch.FirstRow + index + 1, LineNumber: null);
        var values = new Dictionary<string, RowValue>(batch.Columns.Count, StringComparer.Ordinal);
        foreach (var column in batch.Columns)
        {
            var value = column.Field.Shape == ParquetShape.Value
                ? ReadValue(column, index, out var error)
                : json.Write(column, index, out error);
            if (error is not null)
            {
                return Row.Unreadable(location, error);
            }

            values.Add(column.Name, value);
        }

        return new Row(location, values, Error: null);
    }

    /// <summary>What a field gives wherever it is not null, or else what holds all that it gives.</summary>
    public static RowValueKind Kind(ParquetField field) => field.Column?.Type.Kind switch
    {
        null => RowValueKind.Json,
        ParquetValueKind.Boolean => RowValueKind.Boolean,
        ParquetValueKind.Integer => RowValueKind.Integer,
        ParquetValueKind.Real => RowValueKind.Number,
        _ => RowValueKind.Text,
    };

    /// <summary>
    /// A floating-point number that is not null; of single or half precision, the double of its shortest digits.
    /// </summary>
    public static double ReadNumber(ParquetColumn column, int row) =>
        column.Schema.Type.Physical == ParquetPhysicalType.Double
            ? column.GetDouble(row)
            : double.Parse(ReadText(column, row)!, CultureInfo.InvariantCulture);

    /// <summary>The text of a value that is not null; null if it is not UTF-8.</summary>
    /// <exception cref="BatchLLMException">The value is damaged.</exception>
    public static string? ReadText(ParquetColumn column, int row)
    {
        try
        {
            return column.TryGetText(row, out var text) ? text : null;
        }
        catch (ParquetException e)
        {
            throw ParquetFailure.Describe(e);
        }
    }

    /// <summary>What is said of a column with such a value.</summary>
    public static RowError NotUtf8(string column) =>
        new(RowErrorCodes.InvalidUtf8, $"Column '{column}' holds bytes that are not UTF-8.");

    private static RowValue ReadValue(ParquetColumn column, int row, out RowError? error)
    {
        error = null;
        if (column.IsNull(row))
        {
            return RowValue.Null;
        }

        return Kind(column.Field) switch
        {
            _ when column.Schema.Type.Kind == ParquetValueKind.UnsignedInteger => ReadUnsigned(column, row),
            RowValueKind.Boolean => RowValue.FromBoolean(column.GetBoolean(row)),
            RowValueKind.Integer => RowValue.FromInteger(column.GetInt64(row)),
            RowValueKind.Number => RowValue.FromNumber(ReadNumber(column, row)),
            _ when ReadText(column, row) is { } text => RowValue.FromText(text),
            _ => Fail(NotUtf8(column.Name), out error),
        };
    }

    private static RowValue Fail(RowError found, out RowError? error)
    {
        error = found;
        return RowValue.Null;
    }

    // The column holds the bits of 64 without sign.
    private static RowValue ReadUnsigned(ParquetColumn column, int row) => column.GetInt64(row) is var bits and >= 0
        ? RowValue.FromInteger(bits)
        : RowValue.FromJson(ReadText(column, row)!);
}
