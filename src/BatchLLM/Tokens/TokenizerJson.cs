using System.Text.Json;

namespace BatchLLM.Tokens;

/// <summary>Reads tokenizer.json.</summary>
/// <remarks>
/// Truncation and padding are ignored: prompts are never cut silently. What the post-processor adds is offered apart
/// from the ids, because a chat template already writes it. What would change the ids and is not supported is refused by
/// name.
/// </remarks>
public static class TokenizerJson
{
    /// <summary>Makes the tokenizer that a file describes.</summary>
    /// <param name="json">The file's bytes.</param>
    /// <param name="name">What messages call the file.</param>
    /// <exception cref="BatchLLMException">
    /// The file is damaged, or needs what is not supported; it says which.
    /// </exception>
    public static ITokenizer Load(ReadOnlyMemory<byte> json, string name)
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

    private static ITokenizer Read(JsonPart root)
    {
        var normalize = NormalizerJson.Read(root.Member("normalizer"));
        VocabularyJson.RequireBpe(root.Member("model"));
        var vocabulary = VocabularyJson.Read(root.Member("model").Member("vocab"));
        var addedTokens = AddedTokensJson.Read(root.Member("added_tokens"), vocabulary, normalize);
        return DecoderJson.IsByteLevel(root.Member("decoder"))
            ? ReadByteLevel(root, vocabulary, addedTokens, normalize)
            : ReadPieces(root, vocabulary, addedTokens, normalize);
    }

    private static ByteLevelBpeTokenizer ReadByteLevel(
        JsonPart root,
        Dictionary<string, int> vocabulary,
        IReadOnlyList<AddedToken> addedTokens,
        Func<string, string>? normalize)
    {
        var preTokenizer = PreTokenizerJson.Read(root.Member("pre_tokenizer"));
        var (tokenBytes, words, pairs) = BpeModelJson.Read(root.Member("model"), vocabulary, addedTokens);
        return new ByteLevelBpeTokenizer(tokenBytes, words, pairs, preTokenizer, addedTokens, normalize)
        {
            Affixes = PostProcessorJson.Read(root.Member("post_processor"), tokenBytes.Count),
        };
    }

    private static PieceBpeTokenizer ReadPieces(
        JsonPart root,
        Dictionary<string, int> vocabulary,
        IReadOnlyList<AddedToken> addedTokens,
        Func<string, string>? normalize)
    {
        var decoding = DecoderJson.ReadCharacters(root.Member("decoder"));
        var preTokenizer = PiecePreTokenizerJson.Read(root.Member("pre_tokenizer"));
        var model = PieceModelJson.Read(root.Member("model"), vocabulary, addedTokens);
        return new PieceBpeTokenizer(model, preTokenizer, normalize, decoding)
        {
            Affixes = PostProcessorJson.Read(root.Member("post_processor"), model.Pieces.Length),
        };
    }
}
