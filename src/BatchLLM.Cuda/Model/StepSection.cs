namespace BatchLLM.Cuda.Model;

/// <summary>A run of a step's integers.</summary>
/// <param name="Start">First integer.</param>
/// <param name="Length">How many there is room for.</param>
internal readonly record struct StepSection(int Start, int Length)
{
    /// <summary>Integers that copies and 16-byte loads begin at.</summary>
    private const int Alignment = 4;

    /// <summary>Where the next section begins.</summary>
    public int End => (Start + Length + Alignment - 1) / Alignment * Alignment;

    /// <summary>The section behind this one.</summary>
    public StepSection Then(int length) => new(End, length);
}
