using System.Text.Json;

namespace BatchLLM.Checkpoints;

/// <summary>
/// Parses JSON whose strings are all text. The parser lets invalid UTF-8 and unpaired surrogates pass, and throws only when
/// such a string is read; files from elsewhere must be refused before that.
/// </summary>
internal static class JsonText
{
    /// <summary>Parses a document.</summary>
    /// <exception cref="JsonException">It is not JSON, or a name or string in it is no text.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> json)
    {
        var document = JsonDocument.Parse(json);
        try
        {
            Check(document.RootElement);
            return document;
        }
        catch (InvalidOperationException e)
        {
            document.Dispose();
            throw new JsonException($"a string is no text: {e.Message}", e);
        }
    }

    // The parser's own limit of 64 levels bounds the recursion.
    private static void Check(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                _ = element.GetString();
                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    Check(item);
                }

                break;
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                {
                    _ = property.Name;
                    Check(property.Value);
                }

                break;
        }
    }
}
