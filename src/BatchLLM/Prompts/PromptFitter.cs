using BatchLLM.Jobs;

namespace BatchLLM.Prompts;

/// <summary>
/// Cuts an over-long prompt to the tokens there is room for. Only the longest piece of the row's data is cut: what the job
/// file and the chat template wrote is never touched.
/// </summary>
public static class PromptFitter
{
    /// <summary>The tokens of the largest cut that fits, or null if even an empty piece leaves the prompt too long.</summary>
    /// <param name="draft">The prompt.</param>
    /// <param name="room">Most tokens.</param>
    /// <param name="policy">Where to cut; not <see cref="OverlongPolicy.Fail"/>.</param>
    /// <param name="encode">A draft's tokens; null if it cannot be rendered.</param>
    /// <remarks>
    /// A binary search over the units kept: about log2 of the piece's length encodings, each shorter than the last. Token
    /// counts are not strictly monotonic in the length, so the result is verified, and at worst a few tokens short.
    /// </remarks>
    public static int[]? Fit(PromptDraft draft, int room, OverlongPolicy policy, Func<PromptDraft, int[]?> encode)
    {
        if (LongestData(draft) is not { } part)
        {
            return null;
        }

        var text = draft.Parts.ElementAt(part).Text;
        int[]? best = null;
        var (least, most) = (0, text.Length - 1);
        while (least <= most)
        {
            var keep = least + ((most - least) / 2);
            if (encode(draft.WithPart(part, PromptCut.Keep(text, keep, policy))) is { } tokens && tokens.Length <= room)
            {
                best = tokens;
                least = keep + 1;
            }
            else
            {
                most = keep - 1;
            }
        }

        return best;
    }

    private static int? LongestData(PromptDraft draft) => draft.Parts
        .Select((part, index) => (part, index))
        .Where(item => item.part is { IsData: true, Text.Length: > 0 })
        .OrderByDescending(item => item.part.Text.Length)
        .Select(item => (int?)item.index)
        .FirstOrDefault();
}
