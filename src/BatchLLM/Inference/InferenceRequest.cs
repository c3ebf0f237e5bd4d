namespace BatchLLM.Inference;

/// <summary>One tokenized row, as an engine takes it.</summary>
/// <param name="Index">Position in the window; a completion comes back under it.</param>
/// <param name="RowKey">Identity of the row in the job, the same after a restart; keys its random draws.</param>
/// <param name="PromptTokens">The whole prompt, at least one token; not copied, not changed.</param>
/// <param name="Sampling">How tokens are chosen.</param>
public sealed record InferenceRequest(int Index, ulong RowKey, int[] PromptTokens, SamplingParameters Sampling)
{
    /// <summary>
    /// True if the completion goes on with the prompt's own text, so that a space at its start is part of that; false if
    /// it is a text of its own, as a chat's answer is.
    /// </summary>
    public bool ContinuesText { get; init; }
}
