using System.Text.Encodings.Web;
using System.Text.Json;

namespace BatchLLM.Host.Service.OpenAi.Batches;

/// <summary>A client's notes on a batch: texts by name, few and short (OpenAI API reference, <c>metadata</c>).</summary>
internal static class BatchMetadata
{
    private const int Most = 16;
    private const int LongestName = 64;
    private const int LongestText = 512;

    private static readonly JsonSerializerOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What is wrong with them; null if nothing is, or if there are none.</summary>
    /// <exception cref="InvalidOperationException">A text escapes half of a surrogate pair.</exception>
    public static string? ProblemWith(JsonElement metadata)
    {
        if (metadata.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
        {
            return null;
        }

        var isGood = metadata.ValueKind == JsonValueKind.Object
            && metadata.EnumerateObject().Count() <= Most
            && metadata.EnumerateObject().All(note => note.Name.Length is > 0 and <= LongestName
                && note.Value.ValueKind == JsonValueKind.String
                && note.Value.GetString()!.Length <= LongestText
                && !note.Name.Contains('\0') && !note.Value.GetString()!.Contains('\0')); // PostgreSQL has no room for it
        return isGood ? null : FormattableString.Invariant(
            $"'metadata' is not an object of at most {Most} texts, with names up to {LongestName} and texts up to {LongestText} characters.");
    }

    /// <summary>Good ones as they are stored; null for none. Of two of one name the last counts.</summary>
    public static string? Write(JsonElement metadata)
    {
        if (metadata.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        var notes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var note in metadata.EnumerateObject())
        {
            notes[note.Name] = note.Value.GetString()!;
        }

        return JsonSerializer.Serialize(notes, Options);
    }

    /// <summary>Stored ones.</summary>
    public static IReadOnlyDictionary<string, string>? Read(string? stored) =>
        stored is null ? null : JsonSerializer.Deserialize<Dictionary<string, string>>(stored);
}
