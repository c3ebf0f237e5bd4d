using System.Runtime.InteropServices;
using BatchLLM.Planning;

namespace BatchLLM.Engine.Model;

/// <summary>
/// A step laid out as rows: one row per position of every slice, whether prompt or decode. Filled before each step,
/// read by all threads.
/// </summary>
internal sealed class StepRows(int tokenBudget, int sequenceBudget)
{
    private readonly Sequence[] _sequences = new Sequence[tokenBudget]; // [rows]
    private readonly int[] _positions = new int[tokenBudget]; // [rows]
    private readonly int[] _chosenRows = new int[sequenceBudget]; // [chosen]
    private readonly int[] _chosenSlices = new int[sequenceBudget]; // [chosen]

    /// <summary>Rows of the step.</summary>
    public int Count { get; private set; }

    /// <summary>One more than the largest position of the step.</summary>
    public int EndPosition { get; private set; }

    /// <summary>Rows whose logits choose a next token, in slice order.</summary>
    public int ChosenCount { get; private set; }

    /// <summary>Lays a step out.</summary>
    public void Fill(Step step)
    {
        (Count, EndPosition, ChosenCount) = (0, 0, 0);
        for (var slice = 0; slice < step.Slices.Count; slice++)
        {
            Add(step.Slices[slice], slice);
        }
    }

    private void Add(StepSlice slice, int index)
    {
        for (var i = 0; i < slice.Count; i++)
        {
            _sequences[Count] = slice.Sequence;
            _positions[Count++] = slice.Start + i;
        }

        EndPosition = Math.Max(EndPosition, slice.Start + slice.Count);
        if (slice.ChoosesNext)
        {
            _chosenRows[ChosenCount] = Count - 1;
            _chosenSlices[ChosenCount++] = index;
        }
    }

    /// <summary>Sequence of a row.</summary>
    public Sequence Sequence(int row) => _sequences[row];

    /// <summary>Position of a row in its sequence.</summary>
    public int Position(int row) => _positions[row];

    /// <summary>Token of a row.</summary>
    public int Token(int row) => _sequences[row].Tokens[_positions[row]];

    /// <summary>Blocks of a row's sequence.</summary>
    public ReadOnlySpan<int> Blocks(int row) => CollectionsMarshal.AsSpan(_sequences[row].BlockTable);

    /// <summary>Row of the step that the i-th choice reads.</summary>
    public int ChosenRow(int i) => _chosenRows[i];

    /// <summary>Slice that the i-th choice belongs to.</summary>
    public int ChosenSlice(int i) => _chosenSlices[i];

    /// <summary>Sequence that the i-th choice belongs to.</summary>
    public Sequence ChosenSequence(int i) => _sequences[_chosenRows[i]];
}
