using BatchLLM.Inference;

namespace BatchLLM.Planning;

/// <summary>
/// What a window's rows share and the order in which they start. Hands out sequences as they are needed, so that a window
/// of any length takes no more memory than what is live. Pure; not thread-safe.
/// </summary>
/// <remarks>
/// Rows of a group start one after the other. Lengths decide the order of groups and of the rows in them, and nothing else: a
/// row's answer does not depend on when it starts.
/// </remarks>
public sealed class WindowPlan
{
    private readonly RunnerLimits _limits;
    private readonly RowCopies _copies;
    private readonly Queue<(PlanUnit Unit, InferenceRequest Row)> _sample = new();
    private List<PlanUnit> _units; // those begun first
    private int _unit; // all before it have no rows left
    private OutputLengths? _lengths;

    private WindowPlan(IReadOnlyList<InferenceRequest> rows, RunnerLimits limits, OutputLengths? lengths)
    {
        _limits = limits;
        _lengths = lengths;
        _copies = new RowCopies(rows);
        Prefixes = PrefixPlan.Of([.. _copies.Distinct.Select(row => row.PromptTokens)], limits.KvBlockTokens);
        _units = Units();
        if (lengths is { IsEmpty: true })
        {
            LengthSample.Take(_units, limits).ForEach(_sample.Enqueue);
        }
        else if (lengths is not null)
        {
            _units = UnitOrder.Of(_units, limits, lengths);
        }

        SampleCount = _sample.Count;
    }

    /// <summary>Which of the rows to be computed share prefixes; rows count in <see cref="Distinct"/>.</summary>
    public PrefixPlan Prefixes { get; }

    /// <summary>Rows to be computed: all but those that take another's answer. In the order of the window.</summary>
    public IReadOnlyList<InferenceRequest> Distinct => _copies.Distinct;

    /// <summary>The first so many sequences are a sample, to learn lengths from; 0 if they are known, or not wanted.</summary>
    public int SampleCount { get; }

    /// <summary>Plans a window.</summary>
    /// <param name="rows">Rows that the runner can serve, with indices of their own.</param>
    /// <param name="limits">The runner's sizes.</param>
    /// <param name="lengths">
    /// Foretells lengths. If it knows nothing, the plan begins with a sample. Null: rows, and groups by their first row,
    /// start in the order of the window.
    /// </param>
    public static WindowPlan Of(IReadOnlyList<InferenceRequest> rows, RunnerLimits limits, OutputLengths? lengths) =>
        new(rows, limits, lengths);

    /// <summary>Rows that take the answer of the row with this index.</summary>
    public IReadOnlyList<InferenceRequest> CopiesOf(int index) => _copies.Of(index);

    /// <summary>The sequence that starts next; null when all rows have started.</summary>
    public Sequence? Next() => Take() is { Unit: var unit, Row: var row } ? Make(unit, row) : null;

    /// <summary>The row that starts next, for who needs no sequence; null when all rows have started.</summary>
    public InferenceRequest? NextRow() => Take()?.Row;

    private (PlanUnit Unit, InferenceRequest Row)? Take()
    {
        if (_sample.TryDequeue(out var first))
        {
            return first;
        }

        for (; _unit < _units.Count; _unit++)
        {
            if (_units[_unit].Take() is { } row)
            {
                return (_units[_unit], row);
            }
        }

        return null;
    }

    /// <summary>Orders what has not started by what was learnt. Groups that have begun go on first.</summary>
    public void Reorder(OutputLengths lengths)
    {
        _lengths = lengths;
        var left = UnitOrder.Of([.. _units.Where(unit => !unit.Rows.IsEmpty)], _limits, lengths);
        _units = [.. left.Where(unit => unit.IsBegun), .. left.Where(unit => !unit.IsBegun)];
        _unit = 0;
    }

    private List<PlanUnit> Units()
    {
        var singles = Prefixes.UngroupedRows;
        var units = new List<PlanUnit>(Prefixes.Groups.Count + singles.Count);
        Memory<InferenceRequest> rows = Distinct.ToArray(); // one array for all single rows, of which a window has thousands
        var single = 0;
        foreach (var group in Prefixes.Groups)
        {
            for (; single < singles.Count && singles[single] < group.Rows[0]; single++)
            {
                units.Add(new PlanUnit(null, rows.Slice(singles[single], 1)));
            }

            units.Add(Unit(group));
        }

        for (; single < singles.Count; single++)
        {
            units.Add(new PlanUnit(null, rows.Slice(singles[single], 1)));
        }

        return units;
    }

    private PlanUnit Unit(PrefixGroup group) => new(
        new SharedPrefix(group.Length, group.Rows.Length), group.Rows.Select(row => Distinct[row]).ToArray());

    private Sequence Make(PlanUnit unit, InferenceRequest row)
    {
        var maxTokens = RequestCheck.MaxTokens(row, _limits);
        return new Sequence(row, maxTokens)
        {
            SharedPrefix = unit.Prefix,
            ExpectedTokens = _lengths?.Expect(row.PromptTokens.Length, maxTokens) ?? 0,
        };
    }
}
