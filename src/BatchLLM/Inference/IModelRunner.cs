using BatchLLM.Planning;

namespace BatchLLM.Inference;

/// <summary>One forward pass at a time over one model; owns device, weights and KV cache. Not thread-safe.</summary>
public interface IModelRunner : IDisposable
{
    /// <summary>Stands in the result of a slice that chooses no token.</summary>
    const int NoToken = -1;

    /// <summary>
    /// Stands in the result of a slice whose logits are not finite numbers: the model cannot continue this sequence. Its
    /// row ends with <see cref="Rows.RowErrorCodes.EngineError"/>; the others are unharmed.
    /// </summary>
    const int NotFinite = -2;

    /// <summary>The sizes it was built with.</summary>
    RunnerLimits Limits { get; }

    /// <summary>
    /// Computes the step's positions, writes their keys and values into the sequences' blocks, and chooses the next token
    /// of every slice that <see cref="StepSlice.ChoosesNext"/>.
    /// </summary>
    /// <param name="step">The work; within <see cref="Limits"/>.</param>
    /// <param name="nextTokens">
    /// Receives one id per slice, <see cref="NoToken"/> where the slice chooses none, or <see cref="NotFinite"/>.
    /// // [step.Slices.Count]
    /// </param>
    /// <remarks>
    /// A slice's result depends on its own sequence only: not on the other slices, on where the chunks of its prompt were
    /// cut, or on the thread count.
    /// </remarks>
    void Run(Step step, Span<int> nextTokens);
}
