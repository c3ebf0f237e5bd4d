namespace BatchLLM.Planning;

/// <summary>
/// One forward pass: slices of sequences over a fixed token budget. Reused from step to step, so that planning allocates
/// nothing per token.
/// </summary>
public sealed class Step
{
    /// <summary>What is computed, in the order of the step's rows. Filled by the scheduler.</summary>
    public List<StepSlice> Slices { get; } = [];

    /// <summary>Positions computed in all.</summary>
    public int TokenCount { get; internal set; }

    /// <summary>Takes all slices out.</summary>
    public void Clear()
    {
        Slices.Clear();
        TokenCount = 0;
    }

    /// <summary>Adds a slice; its positions count as computed for whatever is planned next.</summary>
    public void Add(StepSlice slice)
    {
        Slices.Add(slice);
        TokenCount += slice.Count;
        slice.Sequence.ComputedCount = slice.Start + slice.Count;
    }
}
