namespace BatchLLM.Batches;

/// <summary>Where a batch stands, by the names of the OpenAI API (API reference, "The batch object").</summary>
public enum BatchStatus
{
    /// <summary>Its input is being looked at.</summary>
    Validating,

    /// <summary>Final: its input, or the job that it became, was wrong.</summary>
    Failed,

    /// <summary>Its job waits or runs.</summary>
    InProgress,

    /// <summary>Its job is over; its files are being written.</summary>
    Finalizing,

    /// <summary>Final: every request was run.</summary>
    Completed,

    /// <summary>Final: its window ended first. What was run by then is in its files.</summary>
    Expired,

    /// <summary>It is to stop.</summary>
    Cancelling,

    /// <summary>Final: it was stopped. What was run by then is in its files.</summary>
    Cancelled,
}
