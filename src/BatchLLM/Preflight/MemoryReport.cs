namespace BatchLLM.Preflight;

/// <summary>Memory that running the job takes, about.</summary>
/// <param name="WeightBytes">Weights; exact.</param>
/// <param name="KvBytes">KV cache of a full batch of rows of mean length, as much as the cache may have.</param>
/// <param name="WindowBytes">Texts and tokens of the rows that a worker holds at once.</param>
/// <param name="AvailableBytes">What this process may use.</param>
public sealed record MemoryReport(long WeightBytes, long KvBytes, long WindowBytes, long AvailableBytes)
{
    /// <summary>All of it.</summary>
    public long TotalBytes => WeightBytes + KvBytes + WindowBytes;

    /// <summary>False if it is more than there is.</summary>
    public bool Fits => TotalBytes <= AvailableBytes;
}
