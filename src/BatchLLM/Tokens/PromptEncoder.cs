using System.Collections.Concurrent;

namespace BatchLLM.Tokens;

/// <summary>Prompts to tokens, on any number of threads: each takes an encoder that no other uses at the moment.</summary>
/// <param name="splitter">Finds added tokens, and normalizes the text between them.</param>
/// <param name="newEncoder">Makes an encoder of that text.</param>
/// <param name="metaspace">What marks its spaces; null where they stay.</param>
internal sealed class PromptEncoder(PromptSplitter splitter, Func<WordEncoder> newEncoder, Metaspace? metaspace)
{
    private readonly ConcurrentBag<WordEncoder> _idle = [];

    /// <summary>Encodes.</summary>
    /// <param name="prompt">Text and literal tokens.</param>
    /// <param name="around">What stands before and behind it.</param>
    /// <exception cref="ArgumentException">The literal spans are not ascending, disjoint and inside the text.</exception>
    public int[] Encode(PromptText prompt, AffixTokens around)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        var encoder = _idle.TryTake(out var idle) ? idle : newEncoder();
        encoder.Append(around.Prefix);
        foreach (var piece in splitter.Split(prompt))
        {
            if (!piece.IsText)
            {
                encoder.Append(piece.Token);
            }
            else if (metaspace is null)
            {
                encoder.Append(piece.Text.Span);
            }
            else
            {
                encoder.Append(metaspace.Apply(piece.Text.ToString(), piece.StartsPrompt));
            }
        }

        encoder.Append(around.Suffix);
        var tokens = encoder.Take();
        _idle.Add(encoder);
        return tokens;
    }
}
