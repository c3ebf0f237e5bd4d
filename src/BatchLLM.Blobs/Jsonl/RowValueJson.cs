using System.Text.Json;
using BatchLLM.Rows;

namespace BatchLLM.Blobs.Jsonl;

/// <summary>Writes a value as JSON.</summary>
internal static class RowValueJson
{
    /// <summary>Writes one value; NaN and the infinities as null.</summary>
    public static void Write(Utf8JsonWriter json, RowValue value)
    {
        switch (value.Kind)
        {
            case RowValueKind.Text:
                JsonText.Write(json, value.Text);
                break;
            case RowValueKind.Integer:
                json.WriteNumberValue(value.Integer);
                break;
            case RowValueKind.Number when double.IsFinite(value.Number):
                json.WriteNumberValue(value.Number);
                break;
            case RowValueKind.Boolean:
                json.WriteBooleanValue(value.Boolean);
                break;
            case RowValueKind.Json:
                json.WriteRawValue(value.Text, skipInputValidation: true);
                break;
            default:
                json.WriteNullValue();
                break;
        }
    }
}
