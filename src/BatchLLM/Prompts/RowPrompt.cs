using BatchLLM.Inference;
using BatchLLM.Rows;

namespace BatchLLM.Prompts;

/// <summary>What a row asks for: a prompt and how to sample, or why it cannot be served.</summary>
/// <param name="Draft">The prompt; null if there is an error.</param>
/// <param name="Sampling">The job's sampling with the row's overrides; null if there is an error.</param>
/// <param name="Error">The row's fault; null otherwise.</param>
public sealed record RowPrompt(PromptDraft? Draft, SamplingParameters? Sampling, RowError? Error)
{
    /// <summary>
    /// True if the row itself says nothing of max_tokens: then the default yields to its prompt, down to what the context leaves.
    /// </summary>
    public bool YieldsToPrompt { get; init; }

    /// <summary>A row that cannot be served.</summary>
    public static RowPrompt Refused(string code, string message) => new(null, null, new RowError(code, message));
}
