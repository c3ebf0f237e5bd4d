namespace BatchLLM.Preflight;

/// <summary>How far a preflight is, for a display to look at whenever it likes.</summary>
public sealed class PreflightProgress
{
    private long _rows;

    /// <summary>Rows read and tokenized.</summary>
    public long Rows => Interlocked.Read(ref _rows);

    /// <summary>Counts rows.</summary>
    public void Add(long rows) => Interlocked.Add(ref _rows, rows);
}
