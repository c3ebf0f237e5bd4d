using BatchLLM.Parquet;
using BatchLLM.Parquet.Schemas;
using BatchLLM.Rows;

namespace BatchLLM.Blobs.Parquet;

/// <summary>The Parquet type of a carried column.</summary>
internal static class CarriedType
{
    // Every integer up to this size is a double (2^53, IEEE 754 binary64).
    private const long MaxExact = 1L << 53;

    /// <summary>
    /// The kind that all values share: integers; numbers, also mixed with integers that lose nothing as doubles; truth
    /// values. Anything else, and no value at all, is text.
    /// </summary>
    public static RowValueKind Shared(IEnumerable<RowValue> values)
    {
        var shared = RowValueKind.Null;
        var allExact = true;
        foreach (var value in values.Where(value => !value.IsNull))
        {
            allExact &= value.Kind != RowValueKind.Integer || value.Integer is >= -MaxExact and <= MaxExact;
            shared = shared == RowValueKind.Null ? value.Kind : Shared(shared, value.Kind);
        }

        return shared switch
        {
            RowValueKind.Integer or RowValueKind.Boolean => shared,
            RowValueKind.Number when allExact => shared,
            _ => RowValueKind.Text,
        };
    }

    /// <summary>INT64, DOUBLE, BOOLEAN, JSON or STRING.</summary>
    public static ParquetColumnType Of(RowValueKind kind) => kind switch
    {
        RowValueKind.Integer => ParquetColumnType.Int64,
        RowValueKind.Number => ParquetColumnType.Double,
        RowValueKind.Boolean => ParquetColumnType.Boolean,
        RowValueKind.Json => ParquetColumnType.Json,
        _ => ParquetColumnType.Text,
    };

    /// <summary>Appends a value to a column of a kind; to any other than these as a placeholder would show it.</summary>
    public static void Append(ParquetColumnWriter column, RowValueKind kind, RowValue value)
    {
        switch (kind)
        {
            case var _ when value.IsNull:
                column.AppendNull();
                break;
            case RowValueKind.Integer:
                column.AppendInt64(value.Integer);
                break;
            case RowValueKind.Number:
                column.AppendDouble(value.Kind == RowValueKind.Integer ? value.Integer : value.Number);
                break;
            case RowValueKind.Boolean:
                column.AppendBoolean(value.Boolean);
                break;
            default:
                NestedValue.AppendText(column, value.ToString());
                break;
        }
    }

    private static RowValueKind Shared(RowValueKind first, RowValueKind second) => first == second ? first
        : IsNumeric(first) && IsNumeric(second) ? RowValueKind.Number
        : RowValueKind.Text;

    private static bool IsNumeric(RowValueKind kind) => kind is RowValueKind.Integer or RowValueKind.Number;
}
