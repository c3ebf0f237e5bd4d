using BatchLLM.Rows;

namespace BatchLLM.Inference;

/// <summary>What an engine made of one request.</summary>
/// <param name="Index">The request's <see cref="InferenceRequest.Index"/>.</param>
/// <param name="Text">The completion without stop string or special tokens; empty if <paramref name="Error"/> is set.</param>
/// <param name="TokenIds">Generated ids without a closing stop token; after a stop string, up to the token that ended it.</param>
/// <param name="CompletionTokens">Tokens generated, a closing stop token included.</param>
/// <param name="FinishReason">Why generation ended.</param>
/// <param name="Error">Why there is no completion; null otherwise.</param>
public sealed record Generation(
    int Index, string Text, int[] TokenIds, int CompletionTokens, FinishReason FinishReason, RowError? Error)
{
    /// <summary>
    /// Prompt tokens that were not computed, because another row's keys and values were used; for a copy, all of them.
    /// </summary>
    public int SharedPromptTokens { get; init; }

    /// <summary>True if the answer was computed for an identical row and is certain to be this row's.</summary>
    public bool IsCopy { get; init; }

    /// <summary>What the row is known by to a later run; zero if it is not to be.</summary>
    public UInt128 ContentHash { get; init; }

    /// <summary>True if the answer is that of an earlier run.</summary>
    public bool IsReused { get; init; }

    /// <summary>No completion, because of <paramref name="error"/>.</summary>
    public static Generation Failed(int index, RowError error) => new(index, "", [], 0, FinishReason.Stop, error);
}
