namespace BatchLLM.Tokens;

/// <summary>Reads the added_tokens section of tokenizer.json.</summary>
internal static class AddedTokensJson
{
    /// <summary>The added tokens in file order; none if the section is absent.</summary>
    /// <exception cref="BatchLLMException">A token is damaged.</exception>
    public static IReadOnlyList<AddedToken> Read(JsonPart section) => [.. section.Items().Select(ReadToken)];

    private static AddedToken ReadToken(JsonPart token)
    {
        var text = token.Member("content");
        if (text.Text().Length == 0)
        {
            throw text.Refuse("a text that is not empty");
        }

        var isSpecial = token.Member("special").Flag(absent: false);
        return new AddedToken(
            token.Member("id").TokenId(),
            text.Text(),
            isSpecial,
            IsNormalized: token.Member("normalized").Flag(absent: !isSpecial),
            TakesSpaceBefore: token.Member("lstrip").Flag(absent: false),
            TakesSpaceAfter: token.Member("rstrip").Flag(absent: false),
            IsSingleWord: token.Member("single_word").Flag(absent: false));
    }
}
