namespace BatchLLM.Tokens.Words;

/// <summary>Splits every piece of a text at the matches of an expression.</summary>
/// <param name="program">The expression.</param>
/// <param name="behavior">What becomes of the matches.</param>
/// <param name="isInverted">True if what lies between the matches is taken for them, and the other way round.</param>
internal sealed class SplitStage(PatternProgram program, SplitBehavior behavior, bool isInverted) : IWordStage
{
    private readonly MatchFinder _finder = new(program);
    private readonly List<Stretch> _stretches = [];

    /// <summary>What the matcher has done in all.</summary>
    public long Steps => _finder.Steps;

    /// <inheritdoc/>
    public void Apply(PiecedText text)
    {
        for (var piece = 0; piece < text.PieceCount; piece++)
        {
            _stretches.Clear();
            _finder.Find(text[piece], _stretches);
            AppendPieces(text[piece], text);
        }

        text.Turn();
    }

    private void AppendPieces(ReadOnlySpan<int> piece, PiecedText text)
    {
        for (var i = 0; i < _stretches.Count; i++)
        {
            if (i > 0 && !AreJoined(IsMatch(i - 1), IsMatch(i)))
            {
                text.EndPiece();
            }

            if (behavior != SplitBehavior.Removed || !IsMatch(i))
            {
                text.Append(piece[_stretches[i].Start.._stretches[i].End]);
            }
        }

        text.EndPiece();
    }

    private bool IsMatch(int stretch) => _stretches[stretch].IsMatch != isInverted;

    private bool AreJoined(bool isMatch, bool isNextMatch) => behavior switch
    {
        SplitBehavior.Contiguous => isMatch == isNextMatch,
        SplitBehavior.MergedWithPrevious => !isMatch && isNextMatch,
        SplitBehavior.MergedWithNext => isMatch && !isNextMatch,
        _ => false,
    };
}
