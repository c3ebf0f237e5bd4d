using BatchLLM.Planning;

namespace BatchLLM.Cuda.Kernels;

/// <summary>
/// What the attention kernels do in a step: the same for all of its layers, and known without the device. Reused from step
/// to step. Not thread-safe.
/// </summary>
/// <remarks>
/// Rows that are a slice by themselves go through the decode kernel, as long as there is room for their partial results;
/// all others go through the chunk kernel. Results do not tell which.
/// </remarks>
/// <param name="shape">Of the model.</param>
/// <param name="partialCapacity">Partial results that there is memory for; one is a split of a row, all heads.</param>
internal sealed class AttentionPlan(AttentionShape shape, int partialCapacity)
{
    /// <summary>Stands for a row of the chunk kernel in <see cref="FirstPartials"/>.</summary>
    public const int NoPartials = -1;

    private readonly List<int> _rows = []; // the first row of each slice
    private readonly PrefixPasses _prefixPasses = new(shape.BlockTokens);

    /// <summary>Splits of contexts, for the decode kernel; the whole ones first, so that no long one begins at the end.</summary>
    public List<DecodeWork> Decode { get; } = [];

    /// <summary>Parts of slices, for the chunk kernel; those of the longest contexts first.</summary>
    public List<ChunkWork> Chunks { get; } = [];

    /// <summary>Splits of shared prefixes, for the prefix kernel.</summary>
    public List<PrefixWork> Prefixes { get; } = [];

    /// <summary>Rows that <see cref="Prefixes"/> speaks of.</summary>
    public List<int> Members { get; } = [];

    /// <summary>Where each row's partial results begin. // [rows]</summary>
    public List<int> FirstPartials { get; } = [];

    /// <summary>Positions of each row that the prefix kernel reads for it. // [rows]</summary>
    public List<int> PrefixTokens { get; } = [];

    /// <summary>Partial results of the step.</summary>
    public int PartialCount { get; private set; }

    /// <summary>Splits of a context.</summary>
    /// <param name="position">The last position.</param>
    public static int SplitCount(int position) => position / AttentionShape.SplitTokens + 1;

    /// <summary>Plans a step.</summary>
    public void Fill(Step step)
    {
        Clear();
        for (var index = 0; index < step.Slices.Count; index++)
        {
            _rows.Add(FirstPartials.Count);
            Place(step.Slices[index], index);
        }

        foreach (var pass in _prefixPasses.Find(step))
        {
            AddPrefix(pass);
        }

        AddDecode(step);
        Chunks.Sort((one, other) => (other.First, one.Slice).CompareTo((one.First, other.Slice)));
    }

    private void Clear()
    {
        Decode.Clear();
        Chunks.Clear();
        Prefixes.Clear();
        Members.Clear();
        FirstPartials.Clear();
        PrefixTokens.Clear();
        _rows.Clear();
        PartialCount = 0;
    }

    private void Place(StepSlice slice, int index)
    {
        var isDecode = slice.Count == 1 && PartialCount + SplitCount(slice.Start) <= partialCapacity;
        for (var row = 0; row < slice.Count; row++)
        {
            FirstPartials.Add(isDecode ? PartialCount : NoPartials);
            PrefixTokens.Add(0);
        }

        if (isDecode)
        {
            PartialCount += SplitCount(slice.Start);
            return;
        }

        for (var first = slice.Start / shape.BlockRows * shape.BlockRows; first < slice.Start + slice.Count; first += shape.BlockRows)
        {
            Chunks.Add(new ChunkWork(index, first));
        }
    }

    private void AddPrefix(PrefixPass pass)
    {
        var firstMember = Members.Count;
        var rows = pass.Slices.Select(slice => _rows[slice]).Where(row => FirstPartials[row] != NoPartials).ToList();
        if (rows.Count < 2)
        {
            return;
        }

        foreach (var row in rows)
        {
            Members.Add(row);
            PrefixTokens[row] = pass.Tokens;
        }

        for (var member = firstMember; member < Members.Count; member += shape.BlockRows)
        {
            for (var first = 0; first < pass.Tokens; first += AttentionShape.SplitTokens)
            {
                Prefixes.Add(new PrefixWork(
                    member, Math.Min(shape.BlockRows, Members.Count - member), first, Math.Min(first + AttentionShape.SplitTokens, pass.Tokens)));
            }
        }
    }

    private void AddDecode(Step step)
    {
        foreach (var (row, last) in DecodeRows(step))
        {
            for (var split = PrefixTokens[row] / AttentionShape.SplitTokens; split < last; split++)
            {
                Decode.Add(new DecodeWork(row, split));
            }
        }

        foreach (var (row, last) in DecodeRows(step))
        {
            Decode.Add(new DecodeWork(row, last));
        }
    }

    private IEnumerable<(int Row, int LastSplit)> DecodeRows(Step step)
    {
        for (var index = 0; index < _rows.Count; index++)
        {
            if (FirstPartials[_rows[index]] != NoPartials)
            {
                yield return (_rows[index], SplitCount(step.Slices[index].Start) - 1);
            }
        }
    }
}
