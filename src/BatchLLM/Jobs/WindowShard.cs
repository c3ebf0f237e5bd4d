using BatchLLM.Inference;
using BatchLLM.Rows;

namespace BatchLLM.Jobs;

/// <summary>One leased shard of a window: its rows in input order, and their ends as they come, in any order.</summary>
internal sealed class WindowShard
{
    private readonly CompletedRow?[] _results; // [rows]

    /// <param name="lease">The shard.</param>
    /// <param name="rows">Its rows, in input order.</param>
    /// <param name="known">[rows], with null for each that is not known yet; null if none is.</param>
    public WindowShard(ShardLease lease, IReadOnlyList<WindowRow> rows, IReadOnlyList<CompletedRow?>? known = null)
    {
        Lease = lease;
        Rows = rows;
        _results = new CompletedRow?[rows.Count];
        for (var row = 0; row < rows.Count; row++)
        {
            if (known?[row] is { } end)
            {
                Accept(row, end);
            }
            else if (rows[row].Error is not null)
            {
                Accept(row, rows[row].Fail());
            }
        }

        if (lease.Former is { } former && known is not null)
        {
            // A part does not say what was saved for which row. For a failed one nothing was, so all of it is of those that are known.
            var savings = Savings(former.Counts);
            Counts += savings;
            CountedBefore = known.OfType<CompletedRow>().Aggregate(savings, (sum, row) => sum + RowCounts.Of(row));
        }
    }

    public ShardLease Lease { get; }

    public IReadOnlyList<WindowRow> Rows { get; }

    /// <summary>Sums over the rows that ended.</summary>
    public RowCounts Counts { get; private set; }

    /// <summary>Those of <see cref="Counts"/> that were committed before this retry.</summary>
    public RowCounts CountedBefore { get; }

    /// <summary>True once it is known whether its output counts.</summary>
    public bool IsSettled { get; set; }

    public bool IsComplete => Counts.Done == Rows.Count;

    /// <summary>True if a row needs no computing: it is known, or has failed.</summary>
    public bool HasEnded(int row) => _results[row] is not null;

    /// <summary>Rows in input order, once all have ended.</summary>
    public IReadOnlyList<CompletedRow> Results => _results!;

    /// <summary>Takes a row's answer; returns what it counts.</summary>
    public RowCounts Accept(int row, Generation generation, bool tokenIds) =>
        Accept(row, Rows[row].Complete(generation, tokenIds));

    private static RowCounts Savings(RowCounts counts) => default(RowCounts) with
    {
        SharedPromptTokens = counts.SharedPromptTokens,
        CopiedRows = counts.CopiedRows,
        ReusedRows = counts.ReusedRows,
    };

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
