namespace BatchLLM.Batches;

/// <summary>What a stored file is for.</summary>
public enum FilePurpose
{
    /// <summary>Requests of a batch, handed in by a client.</summary>
    Batch,

    /// <summary>What a batch ended with: its answers, or its errors.</summary>
    BatchOutput,
}
