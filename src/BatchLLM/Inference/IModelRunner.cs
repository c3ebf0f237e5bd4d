using BatchLLM.Planning;

namespace BatchLLM.Inference;

/// <summary>One forward pass at a time over one model; owns device, weights and KV cache. Not thread-safe.</summary>
public interface IModelRunner : IDisposable
{
    /// <summary>The sizes it was built with.</summary>
    RunnerLimits Limits { get; }

    /// <summary>
    /// Computes the step's positions, writes their keys and values into the sequences' blocks, and chooses the next token
    /// of every slice that <see cref="StepSlice.ChoosesNext"/>.
    /// </summary>
    /// <param name="step">The work; within <see cref="Limits"/>.</param>
    /// <param name="nextTokens">
    /// Receives one id per slice, -1 where the slice chooses none or its logits are not all finite; the latter fails
    /// the row, not the step. // [step.Slices.Count]
    /// </param>
    /// <remarks>
    /// A slice's result depends on its own sequence only: not on the other slices, on where the chunks of its prompt were
    /// cut, or on the thread count.
    /// </remarks>
    void Run(Step step, Span<int> nextTokens);
}
