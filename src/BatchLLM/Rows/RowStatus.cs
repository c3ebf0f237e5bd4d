namespace BatchLLM.Rows;

/// <summary>The classes that a receipt reconciles: rows in = ok + truncated + failed + skipped.</summary>
public enum RowStatus
{
    /// <summary>Completed, and the model itself ended the text or a stop string did.</summary>
    Ok,

    /// <summary>Completed, but cut off by max_tokens or the context.</summary>
    Truncated,

    /// <summary>No completion; the row carries an error.</summary>
    Failed,

    /// <summary>Never attempted, because the job was cancelled before its shard ran.</summary>
    Skipped,
}
