namespace BatchLLM.Overview;

/// <summary>How many jobs are where.</summary>
/// <param name="Running">Jobs that run.</param>
/// <param name="Queued">Jobs that wait for a worker.</param>
/// <param name="Paused">Jobs that wait for somebody.</param>
/// <param name="Completed">Jobs completed within the last 24 hours.</param>
/// <param name="Failed">Jobs that failed within the last 24 hours.</param>
/// <param name="Cancelled">Jobs cancelled within the last 24 hours.</param>
/// <param name="At">When they were counted, by the store's clock.</param>
public sealed record JobBoard(
    long Running, long Queued, long Paused, long Completed, long Failed, long Cancelled, DateTimeOffset At);
