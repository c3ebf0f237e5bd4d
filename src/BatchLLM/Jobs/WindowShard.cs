using BatchLLM.Inference;
using BatchLLM.Rows;

namespace BatchLLM.Jobs;

/// <summary>One leased shard of a window: its rows in input order, and their ends as they come, in any order.</summary>
internal sealed class WindowShard
{
    private readonly CompletedRow?[] _results; // [rows]

    public WindowShard(ShardLease lease, IReadOnlyList<WindowRow> rows)
    {
        Lease = lease;
        Rows = rows;
        _results = new CompletedRow?[rows.Count];
        for (var row = 0; row < rows.Count; row++)
        {
            if (rows[row].Error is not null)
            {
                Accept(row, rows[row].Fail());
            }
        }
    }

    public ShardLease Lease { get; }

    public IReadOnlyList<WindowRow> Rows { get; }

    /// <summary>Sums over the rows that ended.</summary>
    public RowCounts Counts { get; private set; }

    /// <summary>True once it is known whether its output counts.</summary>
    public bool IsSettled { get; set; }

    public bool IsComplete => Counts.Done == Rows.Count;

    /// <summary>Rows in input order, once all have ended.</summary>
    public IReadOnlyList<CompletedRow> Results => _results!;

    /// <summary>Takes a row's answer; returns what it counts.</summary>
    public RowCounts Accept(int row, Generation generation, bool tokenIds) =>
        Accept(row, Rows[row].Complete(generation, tokenIds));

    private RowCounts Accept(int row, CompletedRow result)
    {
        if (_results[row] is not null)
        {
            throw new InvalidOperationException($"The engine finished {result.Location} twice.");
        }

        _results[row] = result;
        var counts = RowCounts.Of(result);
        Counts += counts;
        return counts;
    }
}
