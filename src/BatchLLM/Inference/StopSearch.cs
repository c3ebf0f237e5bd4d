using BatchLLM.Tokens;

namespace BatchLLM.Inference;

/// <summary>
/// Looks for one row's stop strings as its tokens arrive. Each token costs its own text and the stop strings' lengths,
/// not the text before it.
/// </summary>
/// <param name="decoder">Gives the text as it grows; at its start.</param>
/// <param name="stops">None empty.</param>
internal sealed class StopSearch(IncrementalDecoder decoder, IReadOnlyList<string> stops)
{
    /// <summary>
    /// Takes the next token; returns the text before the stop string that it completed, or null. Of several, the one
    /// that ends first counts, then the longest, so that the cut does not depend on where the tokens' borders lie.
    /// </summary>
    public string? Append(int token)
    {
        var before = decoder.Text.Length;
        decoder.Append(token);
        return Cut(before) is { } cut ? decoder.Text[..cut].ToString() : null;
    }

    private int? Cut(int newFrom)
    {
        int? cut = null;
        var firstEnd = int.MaxValue;
        foreach (var stop in stops)
        {
            // An occurrence that ends in the new text starts at most one less than its length before it.
            var from = Math.Max(0, newFrom - stop.Length + 1);
            var found = decoder.Text[from..].IndexOf(stop);
            var start = from + found;
            var end = start + stop.Length;
            if (found >= 0 && (end < firstEnd || (end == firstEnd && start < cut)))
            {
                (cut, firstEnd) = (start, end);
            }
        }

        return cut;
    }
}
