namespace BatchLLM.Tokens.Words;

/// <summary>Cuts texts into words by stages. Holds working memory, so one instance serves one thread at a time.</summary>
/// <param name="stages">The stages, applied one after the other, each inside the pieces of the last.</param>
internal sealed class WordCutter(IReadOnlyList<IWordStage> stages)
{
    private readonly PiecedText _text = new();

    /// <summary>Cuts a text into words.</summary>
    /// <param name="utf8">Valid UTF-8: what stands between two added tokens.</param>
    /// <param name="ends">[words] where each ends in the result; the first begins at 0, each other where one ends.</param>
    /// <returns>
    /// The text that the words fill: the given one, without what stages drop and with the spaces they put in. Valid, as
    /// the ends are, until the next call.
    /// </returns>
    public ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> utf8, out ReadOnlySpan<int> ends)
    {
        _text.Load(utf8);
        foreach (var stage in stages)
        {
            stage.Apply(_text);
        }

        return _text.Encode(out ends);
    }
}
