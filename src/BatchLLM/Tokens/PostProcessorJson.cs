namespace BatchLLM.Tokens;

/// <summary>Reads the post_processor section of tokenizer.json: what belongs around a raw text.</summary>
internal static class PostProcessorJson
{
    /// <summary>The tokens around a single text; none if the section is absent.</summary>
    /// <param name="section">The section.</param>
    /// <param name="vocabularySize">Ids must be below this.</param>
    /// <exception cref="BatchLLMException">The section is damaged, or adds tokens in an unknown way.</exception>
    public static AffixTokens Read(JsonPart section, int vocabularySize)
    {
        if (section.IsMissing)
        {
            return AffixTokens.None;
        }

        var type = section.Member("type");
        return type.Text() switch
        {
            "ByteLevel" => AffixTokens.None, // changes offsets only
            "TemplateProcessing" => ReadTemplate(section, vocabularySize),
            "Sequence" => section.Member("processors").Items().Select(part => Read(part, vocabularySize))
                .Aggregate(AffixTokens.None, Wrap),
            _ => throw type.Refuse("TemplateProcessing, ByteLevel or a Sequence of them"),
        };
    }

    private static AffixTokens Wrap(AffixTokens inner, AffixTokens outer) =>
        new([.. outer.Prefix, .. inner.Prefix], [.. inner.Suffix, .. outer.Suffix]);

    private static AffixTokens ReadTemplate(JsonPart section, int vocabularySize)
    {
        List<int> prefix = [], suffix = [];
        var current = prefix;
        var known = section.Member("special_tokens");
        foreach (var part in section.Member("single").Items())
        {
            var special = part.Member("SpecialToken");
            if (!special.IsMissing)
            {
                var ids = known.Member(special.Member("id").Text()).Member("ids");
                current.AddRange(ids.IsMissing
                    ? throw ids.Refuse("the ids of a token that the template names")
                    : ids.Items().Select(id => KnownId(id, vocabularySize)));
            }
            else if (part.Member("Sequence").IsMissing || current == suffix)
            {
                throw part.Refuse("a SpecialToken, or the one Sequence");
            }
            else
            {
                current = suffix;
            }
        }

        return new AffixTokens(prefix, suffix);
    }

    private static int KnownId(JsonPart id, int vocabularySize) =>
        id.TokenId() < vocabularySize ? id.TokenId() : throw id.Refuse($"an id of the vocabulary, below {vocabularySize}");
}
