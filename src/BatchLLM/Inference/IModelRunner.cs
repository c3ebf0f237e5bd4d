using BatchLLM.Planning;

namespace BatchLLM.Inference;

/// <summary>Forward passes over one model; owns device, weights and KV cache. Not thread-safe.</summary>
/// <remarks>
/// A step is begun, and ended when its tokens are wanted. Until then the next one may be planned and begun, up to
/// <see cref="RunnerLimits.StepsInFlight"/>: its slices may reach one position further than their sequences know tokens,
/// where the step before chooses that token. Steps are computed one after the other in the order in which they were begun,
/// so blocks may be given on while a begun step still writes to them: what comes later is written later.
/// </remarks>
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
    /// Begins to compute the step's positions, to write their keys and values into the sequences' blocks, and to choose the
    /// next token of every slice that <see cref="StepSlice.ChoosesNext"/>.
    /// </summary>
    /// <param name="step">
    /// The work; within <see cref="Limits"/>. Its slices stay as they are until it is ended. What their sequences have, tokens
    /// and blocks, stays only if no second step may be in flight: a runner that takes two has read it when this returns.
    /// </param>
    /// <exception cref="InvalidOperationException">As many steps are in flight as may be.</exception>
    /// <remarks>
    /// A slice's result depends on its own sequence only: not on the other slices, on where the chunks of its prompt were
    /// cut, on the thread count, or on whether its last token was known.
    /// </remarks>
    void Begin(Step step);

    /// <summary>Ends the step that was begun first: waits for it, and for none that was begun after it.</summary>
    /// <param name="nextTokens">
    /// Receives one id per slice, <see cref="NoToken"/> where the slice chooses none, or <see cref="NotFinite"/>.
    /// // [step.Slices.Count]
    /// </param>
    /// <returns>How long the step was computed; of steps in flight together, each one's own time.</returns>
    /// <exception cref="InvalidOperationException">No step is begun.</exception>
    TimeSpan End(Span<int> nextTokens);

    /// <summary>Forgets all steps in flight, whatever became of them. Throws nothing: it is what follows a fault.</summary>
    void Abandon();
}
