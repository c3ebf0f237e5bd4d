namespace BatchLLM.Tokens;

/// <summary>What happens between the normalizer and the merges of a vocabulary of characters.</summary>
/// <param name="Metaspace">Writes spaces as marks; null if the normalizer does, or nothing.</param>
/// <param name="CutBefore">A word ends before each of this code point; -1 for none.</param>
/// <param name="CutAfter">A word ends after each of this code point; -1 for none.</param>
internal sealed record PiecePreTokenizer(Metaspace? Metaspace, int CutBefore, int CutAfter)
{
    /// <summary>Text is encoded as it stands.</summary>
    public static PiecePreTokenizer None { get; } = new(null, -1, -1);
}
