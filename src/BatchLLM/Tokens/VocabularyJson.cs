using System.Text.Json;

namespace BatchLLM.Tokens;

/// <summary>Reads what byte-level and character vocabularies of tokenizer.json have in common.</summary>
internal static class VocabularyJson
{
    /// <summary>Refuses any model but byte-pair encoding, and its options that would change ids.</summary>
    public static void RequireBpe(JsonPart model)
    {
        var type = model.Member("type");
        if (!type.IsMissing && type.Text() != "BPE")
        {
            throw type.Refuse("BPE, the only supported model");
        }

        foreach (var affix in (string[])["continuing_subword_prefix", "end_of_word_suffix"])
        {
            var part = model.Member(affix);
            if (!part.IsMissing && part.Text().Length > 0)
            {
                throw part.Refuse("none; subword affixes are not supported");
            }
        }

        var dropout = model.Member("dropout");
        if (!dropout.IsMissing
            && !(dropout.Element.ValueKind == JsonValueKind.Number && dropout.Element.TryGetDouble(out var share) && share == 0))
        {
            throw dropout.Refuse("none; encoding must not be random");
        }
    }

    /// <summary>The ids by token.</summary>
    /// <exception cref="BatchLLMException">The section is damaged.</exception>
    public static Dictionary<string, int> Read(JsonPart section)
    {
        if (section.Element.ValueKind != JsonValueKind.Object)
        {
            throw section.Refuse("an object of token to id");
        }

        var vocabulary = new Dictionary<string, int>(section.Element.GetPropertyCount(), StringComparer.Ordinal);
        foreach (var entry in section.Element.EnumerateObject())
        {
            vocabulary[entry.Name] = new JsonPart(entry.Value, section.Path).TokenId();
        }

        return vocabulary;
    }

    /// <summary>How many ids there are, with those of the added tokens.</summary>
    public static int Size(Dictionary<string, int> vocabulary, IReadOnlyList<AddedToken> addedTokens) =>
        vocabulary.Values.Concat(addedTokens.Select(token => token.Id)).DefaultIfEmpty(-1).Max() + 1;
}
