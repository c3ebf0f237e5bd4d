namespace BatchLLM.Jobs;

/// <summary>A submission has the idempotency key of another one that asked for something else.</summary>
/// <param name="jobId">The job of the other submission.</param>
public sealed class IdempotencyConflictException(long jobId) : BatchLLMException(
    $"The idempotency key was used for job {jobId}, with another request. Repeat that request as it was, or choose a new key.")
{
    /// <summary>The job that the key stands for.</summary>
    public long JobId => jobId;
}
