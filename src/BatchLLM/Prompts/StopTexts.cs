using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using BatchLLM.Inference;
using BatchLLM.Rows;

namespace BatchLLM.Prompts;

/// <summary>Reads stop strings from a row: one text, or a JSON array of texts.</summary>
internal static class StopTexts
{
    public static bool TryRead(RowValue value, [NotNullWhen(true)] out IReadOnlyList<string>? texts, out string? problem)
    {
        texts = value.Kind switch
        {
            RowValueKind.Text => [value.Text],
            RowValueKind.Json => FromJson(value.Text),
            _ => null,
        };
        problem = texts is null
            ? $"stop is of type {value.Kind.ToString().ToLowerInvariant()}; expected a text or an array of texts"
            : SamplingLimits.CheckStop(texts);
        texts = problem is null ? texts : null;
        return texts is not null;
    }

    private static List<string>? FromJson(string json)
    {
        using var document = JsonDocument.Parse(json);
        try
        {
            return document.RootElement.ValueKind == JsonValueKind.Array
                && document.RootElement.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String)
                    ? [.. document.RootElement.EnumerateArray().Select(item => item.GetString()!)]
                    : null;
        }
        catch (InvalidOperationException)
        {
            // An escaped half of a surrogate pair, which readers leave alone inside raw JSON: no text.
            return null;
        }
    }
}
