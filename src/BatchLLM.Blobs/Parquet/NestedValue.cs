using System.Globalization;
using System.Text.Json;
using BatchLLM.Parquet;
using BatchLLM.Parquet.Schemas;
using BatchLLM.Rows;

namespace BatchLLM.Blobs.Parquet;

/// <summary>Writes what <see cref="NestedJson"/> made of a nested column as the lists, maps and structs that it was.</summary>
/// <remarks>
/// To carry the values themselves through the job was rejected: a row's value is one of a few kinds, the same for every
/// format, and prompts, windows and JSONL outputs want the JSON.
/// </remarks>
internal static class NestedValue
{
    /// <summary>Writes one row's value.</summary>
    /// <param name="field">A field of the form that the column has in all files.</param>
    /// <param name="value">JSON of that form, or the absent value.</param>
    public static void Append(ParquetFieldWriter field, RowValue value)
    {
        if (value.IsNull)
        {
            field.AppendNull();
            return;
        }

        using var json = JsonDocument.Parse(value.Text);
        Append(field, json.RootElement);
    }

    private static void Append(ParquetFieldWriter field, JsonElement value)
    {
        switch (field.Schema.Shape)
        {
            case var _ when value.ValueKind == JsonValueKind.Null:
                field.AppendNull();
                break;
            case ParquetShape.Struct:
                AppendStruct(field, value);
                break;
            case ParquetShape.List:
                AppendList(field, value);
                break;
            case ParquetShape.Map:
                AppendMap(field, value);
                break;
            default:
                AppendScalar(field.Value, value);
                break;
        }
    }

    /// <summary>An object has all the members of a struct, in their order.</summary>
    private static void AppendStruct(ParquetFieldWriter field, JsonElement value)
    {
        field.BeginStruct();
        foreach (var (child, member) in field.Children.Zip(value.EnumerateObject()))
        {
            Append(child, member.Value);
        }
    }

    private static void AppendList(ParquetFieldWriter field, JsonElement value)
    {
        field.BeginList();
        foreach (var element in value.EnumerateArray())
        {
            field.BeginElement();
            Append(field.Children[0], element);
        }

        field.EndList();
    }

    private static void AppendMap(ParquetFieldWriter field, JsonElement value)
    {
        field.BeginList();
        foreach (var pair in value.EnumerateObject())
        {
            field.BeginElement();
            AppendKey(field.Children[0].Value, pair.Name);
            Append(field.Children[1], pair.Value);
        }

        field.EndList();
    }

    private static void AppendKey(ParquetColumnWriter column, string key)
    {
        if (column.Schema.Type.Kind == ParquetValueKind.Integer)
        {
            column.AppendInt64(long.Parse(key, CultureInfo.InvariantCulture));
        }
        else
        {
            AppendText(column, key);
        }
    }

    private static void AppendScalar(ParquetColumnWriter column, JsonElement value)
    {
        switch (column.Schema.Type.Kind)
        {
            case ParquetValueKind.Boolean:
                column.AppendBoolean(value.GetBoolean());
                break;
            case ParquetValueKind.Integer:
                column.AppendInt64(value.GetInt64());
                break;
            case ParquetValueKind.Real:
                column.AppendDouble(value.GetDouble());
                break;
            default:
                AppendText(column, value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText());
                break;
        }
    }

    /// <summary>Appends a value that a row has as text: text, a JSON document, or what <see cref="TypedColumns"/> keeps.</summary>
    public static void AppendText(ParquetColumnWriter column, string text)
    {
        if (column.Schema.Type.Kind is ParquetValueKind.Text or ParquetValueKind.Json)
        {
            column.AppendText(text);
        }
        else
        {
            column.AppendShown(text);
        }
    }
}
