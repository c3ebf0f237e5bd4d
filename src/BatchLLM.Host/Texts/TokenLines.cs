using System.Text.Json;
using BatchLLM.Tokens;

namespace BatchLLM.Host.Texts;

/// <summary>Texts to ids and ids to texts, a JSON line each.</summary>
/// <param name="tokenizer">The model's tokenizer.</param>
/// <param name="isLiteral">True if the text of a control token is text, as it is in a row's data.</param>
internal sealed class TokenLines(ITokenizer tokenizer, bool isLiteral)
{
    /// <summary>A JSON string to an array of ids.</summary>
    public string? Encode(JsonElement input, Utf8JsonWriter output)
    {
        if (input.ValueKind != JsonValueKind.String)
        {
            return $"found {NameOf(input)}; expected a JSON string.";
        }

        var text = input.GetString()!;
        IReadOnlyList<TextSpan> literals = isLiteral ? [new TextSpan(0, text.Length)] : [];
        output.WriteStartArray();
        foreach (var id in tokenizer.Encode(new PromptText(text, literals)))
        {
            output.WriteNumberValue(id);
        }

        output.WriteEndArray();
        return null;
    }

    /// <summary>An array of ids to a JSON string; special tokens are left out.</summary>
    public string? Decode(JsonElement input, Utf8JsonWriter output)
    {
        if (input.ValueKind != JsonValueKind.Array)
        {
            return $"found {NameOf(input)}; expected an array of token ids.";
        }

        var ids = new int[input.GetArrayLength()];
        for (var i = 0; i < ids.Length; i++)
        {
            if (input[i].ValueKind != JsonValueKind.Number || !input[i].TryGetInt32(out ids[i])
                || ids[i] < 0 || ids[i] >= tokenizer.VocabularySize)
            {
                return $"item {i} is no token id; expected whole numbers from 0 to {tokenizer.VocabularySize - 1}.";
            }
        }

        output.WriteStringValue(tokenizer.Decode(ids));
        return null;
    }

    private static string NameOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };
}
