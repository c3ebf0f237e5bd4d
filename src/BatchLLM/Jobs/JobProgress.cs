namespace BatchLLM.Jobs;

/// <summary>
/// What a running job has done so far, for a display to look at whenever it likes. Written by the pipeline as rows end;
/// rows of a shard whose lease was lost are taken back.
/// </summary>
public sealed class JobProgress
{
    private readonly Lock _lock = new();
    private RowCounts _counts;

    /// <summary>Starts from what earlier runs of the job committed.</summary>
    /// <param name="committed">Counts already in the store.</param>
    /// <param name="rowCount">Rows of the whole job.</param>
    public JobProgress(RowCounts committed, long rowCount) => (_counts, Committed, RowCount) = (committed, committed, rowCount);

    /// <summary>What stood in the store when this run began.</summary>
    public RowCounts Committed { get; }

    /// <summary>Rows of the whole job.</summary>
    public long RowCount { get; }

    /// <summary>Rows ended so far, those of earlier runs included.</summary>
    public RowCounts Counts
    {
        get
        {
            lock (_lock)
            {
                return _counts;
            }
        }
    }

    /// <summary>Counts rows that ended; negative counts take back those of a shard whose lease was lost.</summary>
    public void Add(RowCounts counts)
    {
        lock (_lock)
        {
            _counts += counts;
        }
    }
}
