namespace BatchLLM.Tokens;

/// <summary>A vocabulary that spells characters, as SentencePiece trains them.</summary>
/// <param name="Pieces">The spelling of each id; null for an id that no token has, or none but an added one.</param>
/// <param name="Merges">What joins the tokens of characters.</param>
/// <param name="AddedTokens">Tokens recognised by their text; they need no spelling of their own.</param>
/// <param name="ByteTokens">
/// [256] the tokens of the bytes of characters that have no token, or -1; null if there is no such fallback.
/// </param>
/// <param name="Unknown">The token of other characters; -1 to leave them out.</param>
/// <param name="FusesUnknown">True if neighbouring unknown characters are one token.</param>
internal sealed record PieceModel(
    string?[] Pieces,
    IReadOnlyList<Merge> Merges,
    IReadOnlyList<AddedToken> AddedTokens,
    int[]? ByteTokens,
    int Unknown,
    bool FusesUnknown)
{
    /// <summary>Ids of control tokens: no text becomes them by its characters, and they have none.</summary>
    public IReadOnlySet<int> Control { get; } =
        AddedTokens.Where(token => token.IsSpecial).Select(token => token.Id).ToHashSet();
}
