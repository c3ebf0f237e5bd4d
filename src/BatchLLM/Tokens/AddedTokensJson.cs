namespace BatchLLM.Tokens;

/// <summary>Reads the added_tokens section of tokenizer.json.</summary>
internal static class AddedTokensJson
{
    /// <summary>The added tokens in file order; none if the section is absent.</summary>
    /// <exception cref="BatchLLMException">
    /// A token is damaged, or is matched in a way that is not supported.
    /// </exception>
    public static IReadOnlyList<AddedToken> Read(JsonPart section) => [.. section.Items().Select(ReadToken)];

    private static AddedToken ReadToken(JsonPart token)
    {
        foreach (var option in (string[])["lstrip", "rstrip", "single_word"])
        {
            var flag = token.Member(option);
            if (flag.Flag(absent: false))
            {
                throw flag.Refuse("false; only added tokens that match exactly their own text are supported");
            }
        }

        var text = token.Member("content");
        if (text.Text().Length == 0)
        {
            throw text.Refuse("a text that is not empty");
        }

        var isSpecial = token.Member("special").Flag(absent: false);
        var isNormalized = token.Member("normalized").Flag(absent: !isSpecial);
        return new AddedToken(token.Member("id").TokenId(), text.Text(), isSpecial, isNormalized);
    }
}
