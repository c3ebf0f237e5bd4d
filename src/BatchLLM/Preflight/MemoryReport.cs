namespace BatchLLM.Preflight;

/// <summary>Memory that running the job takes, about.</summary>
/// <param name="WeightBytes">Weights; exact.</param>
/// <param name="KvBytes">KV cache of a full batch of rows of mean length, as much as the cache may have.</param>
/// <param name="WindowBytes">Texts and tokens of the rows that a worker holds at once.</param>
/// <param name="AvailableBytes">What this process may use; on a GPU, what is free of its memory.</param>
public sealed record MemoryReport(long WeightBytes, long KvBytes, long WindowBytes, long AvailableBytes)
{
    /// <summary>The GPU whose memory has weights, KV cache and steps; null where all is in this machine's.</summary>
    public string? Gpu { get; init; }

    /// <summary>What a step takes on a GPU, with what is left to its driver; 0 elsewhere.</summary>
    public long StepBytes { get; init; }

    /// <summary>All of it that is in one memory: on a GPU all but the window.</summary>
    public long TotalBytes => WeightBytes + KvBytes + (Gpu is null ? WindowBytes : StepBytes);

    /// <summary>False if it is more than there is.</summary>
    public bool Fits => TotalBytes <= AvailableBytes;
}
