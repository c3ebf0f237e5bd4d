using BatchLLM.Planning;

namespace BatchLLM.Tests.Inference;

/// <summary>A slice as it was when its step was begun.</summary>
internal sealed class ScriptedSlice(StepSlice slice)
{
    private readonly int _known = Math.Min(slice.Sequence.KnownCount, slice.Start + slice.Count);

    public Sequence Sequence => slice.Sequence;

    public int Start => slice.Start;

    public int End => slice.Start + slice.Count;

    public bool Chooses { get; } = slice.ChoosesNext;

    /// <summary>Tokens up to the slice's end; the last may be missing until <see cref="Resolve"/>.</summary>
    public int[] Tokens { get; } = [.. slice.Sequence.Tokens[..Math.Min(slice.Sequence.KnownCount, slice.Start + slice.Count)], 0];

    public int[] Blocks { get; } = [.. slice.Sequence.BlockTable];

    /// <summary>Fills in the token that was on its way.</summary>
    /// <param name="chosen">What the step before chose.</param>
    public void Resolve(Dictionary<Sequence, int> chosen)
    {
        if (_known < End)
        {
            Tokens[_known] = chosen[Sequence];
        }
    }
}
