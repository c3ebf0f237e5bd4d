using System.Globalization;
using System.Text.Json;

namespace BatchLLM.Checkpoints;

/// <summary>Typed fields of one JSON object; each wrong or missing field becomes one sentence in the problems.</summary>
internal sealed class JsonFields(JsonElement element, string file, ICollection<string> problems)
{
    /// <summary>The name for messages.</summary>
    public string File => file;

    /// <summary>True if the field stands there and is not null.</summary>
    public bool Has(string name) => Find(name) is not null;

    /// <summary>A required or defaulted integer of 1 or more.</summary>
    public int Count(string name, int? fallback = null)
    {
        if (Find(name) is not { } value)
        {
            return fallback ?? Missing(name, "an integer of 1 or more", 1);
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number > 0
            ? number
            : Wrong(name, value, "an integer of 1 or more", 1);
    }

    /// <summary>A required or defaulted number above 0.</summary>
    public double Positive(string name, double? fallback = null)
    {
        if (Find(name) is not { } value)
        {
            return fallback ?? Missing(name, "a number above 0", 1.0);
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number)
            && number > 0 && double.IsFinite(number)
            ? number
            : Wrong(name, value, "a number above 0", 1.0);
    }

    /// <summary>A Boolean, false if absent.</summary>
    public bool Flag(string name) => Find(name) is { } value
        && (value.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? value.GetBoolean()
            : Wrong(name, value, "true or false", false));

    /// <summary>A text, null if absent.</summary>
    public string? Text(string name) => Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : Wrong<string?>(name, value, "a text", null);

    /// <summary>Token ids, written as one integer or as an array; empty if absent.</summary>
    public IReadOnlyList<int> Ids(string name)
    {
        if (Find(name) is not { } value)
        {
            return [];
        }

        var items = value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().ToList() : [value];
        return items.TrueForAll(i => i.ValueKind == JsonValueKind.Number && i.TryGetInt32(out var id) && id >= 0)
            ? items.ConvertAll(i => i.GetInt32())
            : Wrong<IReadOnlyList<int>>(name, value, "a token id or an array of token ids", []);
    }

    /// <summary>The first text of an array, null if absent.</summary>
    public string? FirstText(string name) => Find(name) is { ValueKind: JsonValueKind.Array } array
        ? array.EnumerateArray().Where(i => i.ValueKind == JsonValueKind.String).Select(i => i.GetString()).FirstOrDefault()
        : null;

    /// <summary>The texts of an array, null if absent.</summary>
    public IReadOnlyList<string>? Texts(string name)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        var items = value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().ToList() : [];
        return value.ValueKind == JsonValueKind.Array && items.TrueForAll(i => i.ValueKind == JsonValueKind.String)
            ? items.ConvertAll(i => i.GetString()!)
            : Wrong<IReadOnlyList<string>>(name, value, "an array of texts", []);
    }

    /// <summary>Every member of this object that is an object itself.</summary>
    public IReadOnlyList<JsonFields> Objects() =>
        [.. element.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.Object)
            .Select(p => new JsonFields(p.Value, string.Create(CultureInfo.InvariantCulture, $"{file}, {p.Name}"), problems))];

    /// <summary>An object's fields, null if absent.</summary>
    public JsonFields? Object(string name) => Find(name) is { ValueKind: JsonValueKind.Object } value
        ? new JsonFields(value, string.Create(CultureInfo.InvariantCulture, $"{file}, {name}"), problems)
        : null;

    /// <summary>Adds a problem of this object: the message names the file.</summary>
    public void Refuse(string message) => problems.Add($"{file}: {message}");

    private JsonElement? Find(string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private T Missing<T>(string name, string expected, T stand)
    {
        Refuse($"{name} is missing; expected {expected}. Take the file as its publisher wrote it.");
        return stand;
    }

    private T Wrong<T>(string name, JsonElement value, string expected, T stand)
    {
        Refuse($"{name} is {value.GetRawText()}; expected {expected}. Take the file as its publisher wrote it.");
        return stand;
    }
}
