namespace BatchLLM.Engine.Compare;

/// <summary>
/// ROUGE-L of two texts (Lin 2004, "ROUGE: A Package for Automatic Evaluation of Summaries"): the longest common
/// subsequence of their words. A word is a run of letters and digits, in lower case; no stemming.
/// </summary>
public static class RougeL
{
    /// <summary>The balanced F1 of precision and recall, 0 to 1; symmetric. Two texts without words are equal: 1.</summary>
    public static double F1(string one, string other)
    {
        var (a, b) = (Words(one), Words(other));
        if (a.Count + b.Count == 0)
        {
            return 1;
        }

        // precision = l / |a|, recall = l / |b|; their harmonic mean.
        return 2.0 * LongestCommonSubsequence(a, b) / (a.Count + b.Count);
    }

    internal static List<string> Words(string text)
    {
        var words = new List<string>();
        for (var start = 0; start < text.Length; start++)
        {
            var end = start;
            while (end < text.Length && char.IsLetterOrDigit(text[end]))
            {
                end++;
            }

            if (end > start)
            {
                words.Add(text[start..end].ToLowerInvariant());
                start = end;
            }
        }

        return words;
    }

    private static int LongestCommonSubsequence(List<string> a, List<string> b)
    {
        var former = new int[b.Count + 1]; // [words of b + 1], lengths for the words of a so far
        var lengths = new int[b.Count + 1];
        foreach (var word in a)
        {
            for (var j = 0; j < b.Count; j++)
            {
                lengths[j + 1] = word == b[j] ? former[j] + 1 : Math.Max(lengths[j], former[j + 1]);
            }

            (former, lengths) = (lengths, former);
        }

        return former[b.Count];
    }
}
