namespace BatchLLM.Tokens;

/// <summary>Reads the model section of tokenizer.json where the vocabulary spells characters.</summary>
internal static class PieceModelJson
{
    /// <summary>What the section describes.</summary>
    /// <exception cref="BatchLLMException">The section is damaged, or asks for what is not supported.</exception>
    public static PieceModel Read(
        JsonPart model, Dictionary<string, int> vocabulary, IReadOnlyList<AddedToken> addedTokens)
    {
        var ignoresMerges = model.Member("ignore_merges");
        if (ignoresMerges.Flag(absent: false))
        {
            throw ignoresMerges.Refuse("false in a vocabulary that spells characters");
        }

        var control = addedTokens.Where(token => token.IsSpecial).Select(token => token.Id).ToHashSet();
        return new PieceModel(
            Spell(model.Member("vocab"), vocabulary, addedTokens),
            // Without this, text of a row could merge into the token of the same spelling.
            [.. MergesJson.Read(model.Member("merges"), vocabulary).Where(merge => !control.Contains(merge.Merged))],
            addedTokens,
            model.Member("byte_fallback").Flag(absent: false) ? ByteTokens(vocabulary) : null,
            ReadUnknown(model.Member("unk_token"), vocabulary),
            model.Member("fuse_unk").Flag(absent: false));
    }

    private static string?[] Spell(
        JsonPart section, Dictionary<string, int> vocabulary, IReadOnlyList<AddedToken> addedTokens)
    {
        var pieces = new string?[VocabularyJson.Size(vocabulary, addedTokens)];
        foreach (var (piece, id) in vocabulary)
        {
            pieces[id] = pieces[id] is null
                ? piece
                : throw new BatchLLMException($"{section.Path}: two tokens have id {id}; expected one id per token.");
        }

        return pieces;
    }

    private static int[] ByteTokens(Dictionary<string, int> vocabulary) =>
        [.. Enumerable.Range(0, 256).Select(value => vocabulary.GetValueOrDefault($"<0x{value:X2}>", -1))];

    private static int ReadUnknown(JsonPart section, Dictionary<string, int> vocabulary) => section.IsMissing
        ? -1
        : vocabulary.TryGetValue(section.Text(), out var id) ? id : throw section.Refuse("a token of the vocabulary");
}
