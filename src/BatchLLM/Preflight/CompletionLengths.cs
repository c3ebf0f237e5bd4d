namespace BatchLLM.Preflight;

/// <summary>The mean length of completions, of a sample in which some had no time to end.</summary>
/// <remarks>
/// Leaving the unfinished out would favour short completions, and so would taking them as finished. The area under the
/// product-limit estimate of how many get longer than each length (Kaplan and Meier 1958) uses what they tell: that they
/// are at least so long. Beyond the longest seen, the low end assumes that all end at once, the high end that they go on
/// to their max_tokens, the guess that they end as often as they have so far.
/// </remarks>
public static class CompletionLengths
{
    private const int Resamples = 1000;

    /// <summary>The mean with its range.</summary>
    /// <param name="sample">Rows drawn at random; at least one.</param>
    /// <param name="rows">Rows that they were drawn from.</param>
    /// <param name="bits">Decides the resamples.</param>
    public static Interval Mean(IReadOnlyList<CompletionLength> sample, long rows, SeededBits bits)
    {
        var sorted = sample.OrderBy(length => length.Tokens).ThenByDescending(length => length.IsWhole).ToArray();
        var counts = new int[sorted.Length]; // how often each is drawn
        Array.Fill(counts, 1);
        var whole = Mean(sorted, counts);
        var (lows, highs) = (new double[Resamples], new double[Resamples]);
        for (var index = 0; index < Resamples; index++)
        {
            Draw(counts, bits);
            (lows[index], _, highs[index]) = Mean(sorted, counts);
        }

        // Drawn without putting back, a sample that is most of the rows leaves little unknown; one that is all, nothing.
        var drawn = Interval.OfResamples(whole.Likely, lows, highs);
        return sorted.All(length => length.IsWhole)
            ? drawn.Narrow(Math.Sqrt(1 - Math.Min(1, (double)sorted.Length / rows)))
            : drawn;
    }

    private static void Draw(int[] counts, SeededBits bits)
    {
        Array.Clear(counts);
        for (var draw = 0; draw < counts.Length; draw++)
        {
            counts[bits.Below(counts.Length)]++;
        }
    }

    private static (double Low, double Likely, double High) Mean(CompletionLength[] sorted, int[] counts)
    {
        var (atRisk, alive, area, longest) = (counts.Length, 1.0, 0.0, 0);
        var (ended, generated, most) = (0L, 0L, 0L);
        for (var index = 0; index < sorted.Length; index++)
        {
            var (tokens, isWhole, maxTokens) = sorted[index];
            if (counts[index] == 0)
            {
                continue;
            }

            area += alive * (tokens - longest);
            alive *= isWhole ? 1 - ((double)counts[index] / atRisk) : 1;
            (longest, atRisk) = (tokens, atRisk - counts[index]);
            (ended, generated) = (ended + (isWhole ? counts[index] : 0), generated + ((long)tokens * counts[index]));
            most += (long)Math.Max(maxTokens, tokens) * counts[index];
        }

        var longestTail = Math.Max(0, ((double)most / counts.Length) - longest);
        var tail = ended == 0 ? longestTail : Math.Min((double)generated / ended, longestTail);
        return (area, area + (alive * tail), area + (alive * longestTail));
    }
}
