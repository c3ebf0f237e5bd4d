using BatchLLM.Inference;

namespace BatchLLM.Planning;

/// <summary>Which rows of a window take the answer of another, because it is certain to be theirs.</summary>
internal sealed class RowCopies
{
    private readonly Dictionary<int, List<InferenceRequest>> _copies = []; // by the index of the row that is computed

    /// <summary>Finds them.</summary>
    public RowCopies(IReadOnlyList<InferenceRequest> rows)
    {
        var firsts = new HashSet<InferenceRequest>(rows.Count, new GreedyTwins());
        Distinct = new List<InferenceRequest>(rows.Count);
        foreach (var row in rows)
        {
            if (firsts.Add(row))
            {
                Distinct.Add(row);
            }
            else if (firsts.TryGetValue(row, out var first))
            {
                Add(first.Index, row);
            }
        }
    }

    /// <summary>Rows to be computed, in the order of the window.</summary>
    public List<InferenceRequest> Distinct { get; }

    /// <summary>Rows that are copies.</summary>
    public IEnumerable<InferenceRequest> All => _copies.Values.SelectMany(rows => rows);

    /// <summary>Rows that take the answer of the row with this index.</summary>
    public IReadOnlyList<InferenceRequest> Of(int index) => _copies.TryGetValue(index, out var rows) ? rows : [];

    private void Add(int first, InferenceRequest copy)
    {
        if (!_copies.TryGetValue(first, out var rows))
        {
            _copies[first] = rows = [];
        }

        rows.Add(copy);
    }
}
