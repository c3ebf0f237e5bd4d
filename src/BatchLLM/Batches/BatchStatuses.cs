namespace BatchLLM.Batches;

/// <summary>The names of <see cref="BatchStatus"/>: those that clients know, and no others.</summary>
public static class BatchStatuses
{
    /// <summary>A status's name: <c>in_progress</c>.</summary>
    public static string Name(BatchStatus status) => status switch
    {
        BatchStatus.Validating => "validating",
        BatchStatus.Failed => "failed",
        BatchStatus.InProgress => "in_progress",
        BatchStatus.Finalizing => "finalizing",
        BatchStatus.Completed => "completed",
        BatchStatus.Expired => "expired",
        BatchStatus.Cancelling => "cancelling",
        BatchStatus.Cancelled => "cancelled",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "Expected a status."),
    };
}
