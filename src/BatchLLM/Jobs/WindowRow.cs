using BatchLLM.Inference;
using BatchLLM.Prompts;
using BatchLLM.Rows;

namespace BatchLLM.Jobs;

/// <summary>A row on its way through a window: ready for the engine, or already failed.</summary>
/// <param name="Location">Where it stands in the input.</param>
/// <param name="Carried">Columns to carry over.</param>
/// <param name="PromptTokens">The whole prompt; null if the row failed before it was tokenized.</param>
/// <param name="Sampling">How its tokens are chosen; null if the row failed.</param>
/// <param name="Error">Why it failed; null if it is ready.</param>
public sealed record WindowRow(
    RowLocation Location,
    IReadOnlyList<KeyValuePair<string, RowValue>> Carried,
    int[]? PromptTokens,
    SamplingParameters? Sampling,
    RowError? Error)
{
    /// <summary>How the prompt was too long and what was done about it; null if it was not.</summary>
    public OverlongPrompt? Overlong { get; init; }

    /// <summary>True if the completion goes on with the prompt's own text, false if it answers a chat.</summary>
    public bool ContinuesText { get; init; }

    /// <summary>The row's end when the engine never saw it.</summary>
    /// <exception cref="InvalidOperationException">The row did not fail.</exception>
    public CompletedRow Fail() =>
        End(null, Error ?? throw new InvalidOperationException("The row has no error."), tokenIds: false);

    /// <summary>The row's end as the engine gave it.</summary>
    /// <param name="generation">What the engine made of it.</param>
    /// <param name="tokenIds">True to keep the generated ids.</param>
    public CompletedRow Complete(Generation generation, bool tokenIds) =>
        End(generation, generation.Error, tokenIds);

    private CompletedRow End(Generation? generation, RowError? error, bool tokenIds)
    {
        var good = error is null ? generation : null;
        return new CompletedRow(
            Location,
            Carried,
            good?.Text,
            good?.FinishReason,
            PromptTokens?.Length ?? 0,
            generation?.CompletionTokens ?? 0,
            tokenIds ? good?.TokenIds : null,
            error)
        {
            SharedPromptTokens = good?.SharedPromptTokens ?? 0,
            IsCopy = good?.IsCopy ?? false,
            ContentHash = good?.ContentHash ?? Incremental.ContentHash.None,
            IsReused = good?.IsReused ?? false,
        };
    }
}
