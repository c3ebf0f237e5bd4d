namespace BatchLLM.Tokens;

/// <summary>A token that is recognised by its literal text before any word is cut.</summary>
/// <param name="Id">The token's id.</param>
/// <param name="Text">The exact text.</param>
/// <param name="Pattern">What is sought, and what a completion shows: the text, normalized where that is due.</param>
/// <param name="IsSpecial">True for control tokens, which have no text of their own in a completion.</param>
/// <param name="IsNormalized">
/// True for tokens that the reference looks for only in what the others left, and there in the normalized text; the
/// usual case for tokens that are not special.
/// </param>
/// <param name="TakesSpaceBefore">True if white space in front of it belongs to it.</param>
/// <param name="TakesSpaceAfter">True if white space behind it belongs to it.</param>
/// <param name="IsSingleWord">True if it is found only where no letter, digit or the like touches it.</param>
internal sealed record AddedToken(
    int Id,
    string Text,
    string Pattern,
    bool IsSpecial,
    bool IsNormalized,
    bool TakesSpaceBefore = false,
    bool TakesSpaceAfter = false,
    bool IsSingleWord = false);
