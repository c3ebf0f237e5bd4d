using BatchLLM.Batches;

namespace BatchLLM.Host.Service.OpenAi.Batches;

/// <summary>Tokens of a batch.</summary>
/// <param name="InputTokens">Of all prompts.</param>
/// <param name="InputTokensDetails">What of them was not computed.</param>
/// <param name="OutputTokens">Generated.</param>
/// <param name="OutputTokensDetails">What of them is no answer.</param>
/// <param name="TotalTokens">Both.</param>
internal sealed record BatchUsage(
    long InputTokens,
    BatchUsage.InputDetails InputTokensDetails,
    long OutputTokens,
    BatchUsage.OutputDetails OutputTokensDetails,
    long TotalTokens)
{
    /// <summary>Those of a batch so far; null before its job.</summary>
    public static BatchUsage? Of(Batch batch) => batch.Job?.Counts is { } counts
        ? new BatchUsage(
            counts.PromptTokens,
            new InputDetails(counts.SharedPromptTokens),
            counts.CompletionTokens,
            new OutputDetails(ReasoningTokens: 0),
            counts.PromptTokens + counts.CompletionTokens)
        : null;

    /// <summary>What of the prompts was not computed.</summary>
    /// <param name="CachedTokens">Another request's keys and values stood in for them.</param>
    internal sealed record InputDetails(long CachedTokens);

    /// <summary>What of the generated tokens is no answer.</summary>
    /// <param name="ReasoningTokens">None: no model here has such.</param>
    internal sealed record OutputDetails(long ReasoningTokens);
}
