namespace BatchLLM.Tokens.Words;

/// <summary>
/// ByteLevel's spelling of bytes by letters, for the stages that follow it: those see the letters, not the text.
/// </summary>
internal sealed class SpellingStage : IWordStage
{
    /// <inheritdoc/>
    public void Apply(PiecedText text) => text.Spell();
}
