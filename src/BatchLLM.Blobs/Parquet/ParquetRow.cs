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
/// becomes that text, and any other base64. Text that is not UTF-8 fails the row.
/// </remarks>
internal static class ParquetRow
{
    /// <summary>Reads one row; what it returns does not depend on the batch any more.</summary>
    public static Row Read(ParquetBatch batch, int index, string uri)
    {
        var location = new RowLocation(uri, batch.FirstRow + index + 1, LineNumber: null);
        var values = new Dictionary<string, RowValue>(batch.Columns.Count, StringComparer.Ordinal);
        foreach (var column in batch.Columns)
        {
            if (ReadValue(column, index) is not { } value)
            {
                return Row.Unreadable(location, new RowError(
                    RowErrorCodes.InvalidUtf8, $"Column '{column.Schema.Name}' holds bytes that are not UTF-8."));
            }

            values.Add(column.Schema.Name, value);
        }

        return new Row(location, values, Error: null);
    }

    /// <summary>What a column gives wherever it is not null, or else what holds all that it gives.</summary>
    public static RowValueKind Kind(ParquetValueKind kind) => kind switch
    {
        ParquetValueKind.Boolean => RowValueKind.Boolean,
        ParquetValueKind.Integer => RowValueKind.Integer,
        ParquetValueKind.Real => RowValueKind.Number,
        _ => RowValueKind.Text,
    };

    private static RowValue? ReadValue(ParquetColumn column, int row)
    {
        if (column.IsNull(row))
        {
            return RowValue.Null;
        }

        return Kind(column.Schema.Type.Kind) switch
        {
            _ when column.Schema.Type.Kind == ParquetValueKind.UnsignedInteger => ReadUnsigned(column, row),
            RowValueKind.Boolean => RowValue.FromBoolean(column.GetBoolean(row)),
            RowValueKind.Integer => RowValue.FromInteger(column.GetInt64(row)),
            RowValueKind.Number => RowValue.FromNumber(ReadNumber(column, row)),
            _ => ReadText(column, row) is { } text ? RowValue.FromText(text) : null,
        };
    }

    // The column holds the bits of 64 without sign.
    private static RowValue ReadUnsigned(ParquetColumn column, int row) => column.GetInt64(row) is var bits and >= 0
        ? RowValue.FromInteger(bits)
        : RowValue.FromJson(ReadText(column, row)!);

    private static double ReadNumber(ParquetColumn column, int row)
    {
        if (column.Schema.Type.Physical == ParquetPhysicalType.Double)
        {
            return column.GetDouble(row);
        }

        return double.Parse(ReadText(column, row)!, CultureInfo.InvariantCulture);
    }

    private static string? ReadText(ParquetColumn column, int row)
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
}
