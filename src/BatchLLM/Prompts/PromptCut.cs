using BatchLLM.Jobs;

namespace BatchLLM.Prompts;

/// <summary>Shortens a text to a number of UTF-16 units without splitting a character.</summary>
internal static class PromptCut
{
    /// <summary>What is left of a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="keep">Most units to keep.</param>
    /// <param name="policy">Where the rest is taken away; not <see cref="OverlongPolicy.Fail"/>.</param>
    public static string Keep(string text, int keep, OverlongPolicy policy) =>
        keep >= text.Length ? text : policy switch
        {
            OverlongPolicy.TruncateHead => Last(text, keep),
            OverlongPolicy.TruncateTail => First(text, keep),
            OverlongPolicy.TruncateMiddle => First(text, keep - (keep / 2)) + Last(text, keep / 2),
            _ => throw new ArgumentOutOfRangeException(nameof(policy), policy, "Expected a policy that cuts."),
        };

    private static string First(string text, int keep) =>
        text[..(keep > 0 && char.IsHighSurrogate(text[keep - 1]) ? keep - 1 : keep)];

    private static string Last(string text, int keep)
    {
        var start = text.Length - keep;
        return text[(start < text.Length && char.IsLowSurrogate(text[start]) ? start + 1 : start)..];
    }
}
