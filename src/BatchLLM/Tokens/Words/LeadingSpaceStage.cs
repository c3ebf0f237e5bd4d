namespace BatchLLM.Tokens.Words;

/// <summary>ByteLevel's add_prefix_space: a space in front of every piece that does not begin with one.</summary>
internal sealed class LeadingSpaceStage : IWordStage
{
    /// <inheritdoc/>
    public void Apply(PiecedText text)
    {
        for (var piece = 0; piece < text.PieceCount; piece++)
        {
            if (text[piece][0] != ' ')
            {
                text.Append(' ');
            }

            text.Append(text[piece]);
            text.EndPiece();
        }

        text.Turn();
    }
}
