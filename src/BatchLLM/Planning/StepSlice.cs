namespace BatchLLM.Planning;

/// <summary>The part of one sequence that a step computes: positions [Start, Start + Count).</summary>
/// <param name="Sequence">The sequence; its block table covers all positions of the slice.</param>
/// <param name="Start">First position, equal to the sequence's computed count before the step.</param>
/// <param name="Count">How many positions, at least 1.</param>
public readonly record struct StepSlice(Sequence Sequence, int Start, int Count)
{
    /// <summary>
    /// True if the slice ends at the last token that is known or, in flight, on its way, so that its logits choose the next
    /// one. Holds until that one is appended.
    /// </summary>
    public bool ChoosesNext => Start + Count >= Sequence.KnownCount;
}
