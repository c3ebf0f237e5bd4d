using System.Text.Json;

namespace BatchLLM.Tokens;

/// <summary>A value of a tokenizer file together with where it stands, so that every refusal can say so.</summary>
/// <param name="Element">The value; undefined if the file has none here.</param>
/// <param name="Path">The file's name and the way to the value.</param>
internal readonly record struct JsonPart(JsonElement Element, string Path)
{
    /// <summary>True if the value is absent or null.</summary>
    public bool IsMissing => Element.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null;

    /// <summary>A member of this object; missing if this is missing or has no such member.</summary>
    public JsonPart Member(string name)
    {
        if (!IsMissing && Element.ValueKind != JsonValueKind.Object)
        {
            throw Refuse("an object");
        }

        var member = default(JsonElement);
        _ = !IsMissing && Element.TryGetProperty(name, out member);
        return new JsonPart(member, $"{Path}, {name}");
    }

    /// <summary>The items of this array; none if it is missing.</summary>
    public IEnumerable<JsonPart> Items()
    {
        if (IsMissing)
        {
            return [];
        }

        var path = Path;
        return Element.ValueKind == JsonValueKind.Array
            ? Element.EnumerateArray().Select((item, index) => new JsonPart(item, $"{path}[{index}]"))
            : throw Refuse("an array");
    }

    /// <summary>This text.</summary>
    public string Text() => Element.ValueKind == JsonValueKind.String ? Element.GetString()! : throw Refuse("a text");

    /// <summary>This truth value; a default if it is missing.</summary>
    public bool Flag(bool absent) => Element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => IsMissing ? absent : throw Refuse("true or false"),
    };

    /// <summary>This small count.</summary>
    public int Count() =>
        Element.ValueKind == JsonValueKind.Number && Element.TryGetInt32(out var count) && count >= 0
            ? count
            : throw Refuse("a whole number from 0");

    /// <summary>This token id.</summary>
    public int TokenId() =>
        Element.ValueKind == JsonValueKind.Number && Element.TryGetInt32(out var id) && id is >= 0 and < MaxTokenId
            ? id
            : throw Refuse($"a token id from 0 to {MaxTokenId - 1}");

    /// <summary>The refusal of this value.</summary>
    /// <param name="expected">What would be right.</param>
    public BatchLLMException Refuse(string expected) => new($"{Path}: found {Found()}; expected {expected}.");

    // Far above any vocabulary, and low enough that a damaged id cannot ask for gigabytes.
    private const int MaxTokenId = 1 << 24;

    private const int LongestShown = 200;

    private string Found()
    {
        if (IsMissing)
        {
            return "nothing";
        }

        var text = Element.GetRawText();
        return text.Length <= LongestShown ? text : $"{text.AsSpan(0, LongestShown)}...";
    }
}
