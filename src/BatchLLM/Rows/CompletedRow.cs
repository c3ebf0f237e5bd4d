using BatchLLM.Inference;

namespace BatchLLM.Rows;

/// <summary>What became of one row: exactly one stands in the output for each row of the input.</summary>
/// <param name="Location">Where the input row stands.</param>
/// <param name="Carried">The input columns that the job carries over, in the job's order.</param>
/// <param name="Completion">The text; null if the row failed.</param>
/// <param name="FinishReason">Why generation ended; null if the row failed.</param>
/// <param name="PromptTokens">Tokens of the rendered prompt; 0 if it was never tokenized.</param>
/// <param name="CompletionTokens">Tokens generated, including a closing stop token.</param>
/// <param name="TokenIds">The generated ids, without a closing stop token, when the job asks for them; else null.</param>
/// <param name="Error">Why the row failed; null otherwise.</param>
public sealed record CompletedRow(
    RowLocation Location,
    IReadOnlyList<KeyValuePair<string, RowValue>> Carried,
    string? Completion,
    FinishReason? FinishReason,
    int PromptTokens,
    int CompletionTokens,
    IReadOnlyList<int>? TokenIds,
    RowError? Error)
{
    /// <summary>
    /// Prompt tokens that were not computed for this row, because another one's stood in for them. Counted, never written to
    /// the output: it depends on the window, and a row's output does not.
    /// </summary>
    public int SharedPromptTokens { get; init; }

    /// <summary>True if the answer is a copy of an identical row's.</summary>
    public bool IsCopy { get; init; }

    /// <summary>What the row is known by to a later run; zero if it is not to be.</summary>
    public UInt128 ContentHash { get; init; }

    /// <summary>True if the answer is that of an earlier run.</summary>
    public bool IsReused { get; init; }

    /// <summary>The class the row is counted in. Truncated is never ok.</summary>
    public RowStatus Status => Error is not null ? RowStatus.Failed
        : FinishReason == Inference.FinishReason.Length ? RowStatus.Truncated
        : RowStatus.Ok;
}
