namespace BatchLLM.Tokens;

/// <summary>The spaces in front of a text that its encoding put there.</summary>
internal static class LeadingSpaces
{
    /// <summary>The UTF-8 text without them.</summary>
    /// <param name="utf8">The text of a first token.</param>
    /// <param name="most">How many to drop at most.</param>
    public static ReadOnlySpan<byte> Drop(ReadOnlySpan<byte> utf8, int most)
    {
        var spaces = utf8.IndexOfAnyExcept((byte)' ');
        return utf8[Math.Min(most, spaces < 0 ? utf8.Length : spaces)..];
    }
}
