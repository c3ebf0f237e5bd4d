namespace BatchLLM.Tokens;

/// <summary>Reads the added_tokens section of tokenizer.json.</summary>
internal static class AddedTokensJson
{
    /// <summary>The added tokens in file order; none if the section is absent.</summary>
    /// <param name="section">The section.</param>
    /// <param name="vocabulary">The ids by token; where it has an added token's text, its id counts, as in the reference.</param>
    /// <param name="normalize">What is done to text; null for nothing.</param>
    /// <exception cref="BatchLLMException">A token is damaged.</exception>
    public static IReadOnlyList<AddedToken> Read(
        JsonPart section, Dictionary<string, int> vocabulary, Func<string, string>? normalize)
    {
        var taken = vocabulary.Values.ToHashSet();
        return
        [
            .. section.Items().Select(part =>
            {
                var token = ReadToken(part, normalize);
                return vocabulary.TryGetValue(token.Text, out var id) ? token with { Id = id }
                    : taken.Add(token.Id) ? token
                    : throw part.Member("id").Refuse("an id that no other token has");
            }),
        ];
    }

    private static AddedToken ReadToken(JsonPart token, Func<string, string>? normalize)
    {
        var text = token.Member("content");
        if (text.Text().Length == 0)
        {
            throw text.Refuse("a text that is not empty");
        }

        var isSpecial = token.Member("special").Flag(absent: false);
        var isNormalized = token.Member("normalized").Flag(absent: !isSpecial);
        return new AddedToken(
            token.Member("id").TokenId(),
            text.Text(),
            isNormalized && normalize is not null ? normalize(text.Text()) : text.Text(),
            isSpecial,
            isNormalized,
            TakesSpaceBefore: token.Member("lstrip").Flag(absent: false),
            TakesSpaceAfter: token.Member("rstrip").Flag(absent: false),
            IsSingleWord: token.Member("single_word").Flag(absent: false));
    }
}
