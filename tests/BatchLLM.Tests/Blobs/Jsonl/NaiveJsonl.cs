using System.Globalization;
using System.Text;
using System.Text.Json;
using BatchLLM.Rows;

namespace BatchLLM.Tests.Blobs.Jsonl;

/// <summary>JSONL by the shortest way, whole file in memory: what the reader must agree with.</summary>
internal static class NaiveJsonl
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>One line of text per row: place, then columns or the error's code.</summary>
    public static List<string> Describe(byte[] file, int maxLineBytes)
    {
        // Latin-1 keeps each byte as one character, so lines can be cut before anyone knows whether they are UTF-8.
        var text = Encoding.Latin1.GetString(file);
        text = text.StartsWith("\u00EF\u00BB\u00BF", StringComparison.Ordinal) ? text[3..] : text;
        var lines = text.Split('\n');
        return [.. lines.Index().Where(line => line.Item.Trim(' ', '\t', '\r').Length > 0)
            .Select((line, row) => $"{row + 1}/{line.Index + 1} {Describe(line.Item, maxLineBytes)}")];
    }

    public static string Describe(Row row) => string.Create(
        CultureInfo.InvariantCulture, $"{row.Location.RowNumber}/{row.Location.LineNumber} {Content(row)}");

    private static string Content(Row row) => row.Error?.Code
        ?? string.Join(';', row.Columns.Select(column => $"{column.Key}={column.Value.Kind}:{column.Value}"));

    private static string Describe(string latin1, int maxLineBytes)
    {
        if (latin1.Length > maxLineBytes)
        {
            return RowErrorCodes.RowTooLong;
        }

        try
        {
            using var json = JsonDocument.Parse(Strict.GetString(Encoding.Latin1.GetBytes(latin1)));
            return json.RootElement.ValueKind == JsonValueKind.Object
                ? string.Join(';', json.RootElement.EnumerateObject().Select(p => $"{p.Name}={Value(p.Value)}"))
                : RowErrorCodes.InvalidJson;
        }
        catch (DecoderFallbackException)
        {
            return RowErrorCodes.InvalidUtf8;
        }
        catch (JsonException)
        {
            return RowErrorCodes.InvalidJson;
        }
    }

    private static string Value(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => $"Text:{value.GetString()}",
        JsonValueKind.Number when value.TryGetInt64(out var integer) => $"Integer:{integer}",
        JsonValueKind.Number => $"Number:{value.GetDouble().ToString("R", CultureInfo.InvariantCulture)}",
        JsonValueKind.True => "Boolean:true",
        JsonValueKind.False => "Boolean:false",
        JsonValueKind.Null => "Null:",
        _ => $"Json:{value.GetRawText()}",
    };
}
