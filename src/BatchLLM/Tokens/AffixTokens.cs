namespace BatchLLM.Tokens;

/// <summary>The tokens that a tokenizer puts around a raw text, for example the one that begins every sequence.</summary>
/// <param name="Prefix">Ids in front of the text.</param>
/// <param name="Suffix">Ids behind it.</param>
public sealed record AffixTokens(IReadOnlyList<int> Prefix, IReadOnlyList<int> Suffix)
{
    /// <summary>Nothing around a text.</summary>
    public static AffixTokens None { get; } = new([], []);

    /// <summary>A text's ids with those around them.</summary>
    public int[] Around(int[] tokens) =>
        Prefix.Count + Suffix.Count == 0 ? tokens : [.. Prefix, .. tokens, .. Suffix];
}
