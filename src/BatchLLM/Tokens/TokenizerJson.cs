using System.Text.Json;

namespace BatchLLM.Tokens;

/// <summary>Reads tokenizer.json.</summary>
/// <remarks>
/// Truncation, padding and the post-processor are ignored: prompts are never cut silently, and the chat template
/// already writes the first token. What would change the ids and is not supported is refused by name.
/// </remarks>
public static class TokenizerJson
{
    /// <summary>Makes the tokenizer that a file describes.</summary>
    /// <param name="json">The file's bytes.</param>
    /// <param name="name">What messages call the file.</param>
    /// <exception cref="BatchLLMException">
    /// The file is damaged, or needs what is not supported; it says which.
    /// </exception>
    public static ByteLevelBpeTokenizer Load(ReadOnlyMemory<byte> json, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        try
        {
            using var document = JsonDocument.Parse(json);
            return Read(new JsonPart(document.RootElement, name));
        }
        catch (JsonException exception)
        {
            throw new BatchLLMException(
                $"{name} is not valid JSON: {exception.Message} Copy the file again.", innerException: exception);
        }
        catch (InvalidOperationException exception)
        {
            // What JsonElement throws for text with invalid UTF-8 or unpaired surrogates.
            throw new BatchLLMException(
                $"{name} holds text that is not valid Unicode. Copy the file again.", innerException: exception);
        }
    }

    private static ByteLevelBpeTokenizer Read(JsonPart root)
    {
        RequireNoNormalizer(root.Member("normalizer"));
        RequireByteLevel(root.Member("decoder"));
        var preTokenizer = PreTokenizerJson.Read(root.Member("pre_tokenizer"));
        var addedTokens = AddedTokensJson.Read(root.Member("added_tokens"));
        var (tokenBytes, words, pairs) = BpeModelJson.Read(root.Member("model"), addedTokens);
        return new ByteLevelBpeTokenizer(tokenBytes, words, pairs, preTokenizer, addedTokens);
    }

    private static void RequireNoNormalizer(JsonPart normalizer)
    {
        if (!normalizer.IsMissing)
        {
            throw normalizer.Refuse("none; only vocabularies over the text as it stands are supported");
        }
    }

    private static void RequireByteLevel(JsonPart decoder)
    {
        var type = decoder.Member("type");
        if (type.IsMissing || type.Text() != "ByteLevel")
        {
            throw type.Refuse("ByteLevel, the only supported decoder");
        }
    }
}
