using BatchLLM.Jobs;

namespace BatchLLM.Prompts;

/// <summary>
/// Cuts an over-long prompt to the tokens there is room for. Only the longest piece of the row's data is cut: what the job
/// file and the chat template wrote is never touched.
/// </summary>
public static class PromptFitter
{
    // Regula falsi nearly always ends well before; bisection bounds what adversarial text can cost.
    private const int GuessedProbes = 12;

    /// <summary>
    /// The tokens of the largest cut that fits, or null if nothing can be cut or nothing of the piece is left.
    /// </summary>
    /// <param name="draft">The prompt.</param>
    /// <param name="tokens">How many tokens it has; more than <paramref name="room"/>.</param>
    /// <param name="room">Most tokens.</param>
    /// <param name="policy">Where to cut; not <see cref="OverlongPolicy.Fail"/>.</param>
    /// <param name="encode">A draft's tokens; null if it cannot be rendered.</param>
    /// <remarks>
    /// Ends when the room is filled to the last token, or one more unit of text would not fit. Tokens grow almost evenly
    /// with the text, so guessing by the slope (regula falsi, Illinois variant) takes 4 to 7 encodings where plain
    /// bisection of a long text takes 17. Counts are not strictly monotonic, so only what was encoded is returned.
    /// </remarks>
    public static int[]? Fit(
        PromptDraft draft, int tokens, int room, OverlongPolicy policy, Func<PromptDraft, int[]?> encode)
    {
        if (LongestData(draft) is not { } part
            || encode(draft.WithPart(part, "")) is not { } frame || frame.Length >= room)
        {
            return null;
        }

        var text = draft.Parts.ElementAt(part).Text;
        var search = new CutSearch(text.Length, frame.Length, tokens, room);
        int[]? best = null;
        for (var probe = 0; !search.IsOver && best?.Length != room; probe++)
        {
            var keep = probe < GuessedProbes ? search.Guess() : search.Middle();
            var kept = PromptCut.Keep(text, keep, policy);
            var encoded = encode(draft.WithPart(part, kept));
            search.Record(keep, encoded?.Length ?? int.MaxValue);
            if (kept.Length > 0 && encoded?.Length <= room)
            {
                best = encoded;
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
