namespace BatchLLM.Batches;

/// <summary>
/// The batches of a service, one operation per transition. All times are the store's clock; every operation is atomic, and
/// safe to repeat.
/// </summary>
public interface IBatchStore
{
    /// <summary>
    /// Makes a batch; or returns the one that the same tenant's same idempotency key made before, whatever was asked for then.
    /// Null if the tenant has no such file for batches any more.
    /// </summary>
    Task<Batch?> CreateAsync(NewBatch batch, CancellationToken cancellationToken);

    /// <summary>The batch, or null.</summary>
    Task<Batch?> FindAsync(string id, CancellationToken cancellationToken);

    /// <summary>The newest batches first.</summary>
    /// <param name="tenant">Whose; null for everyone's.</param>
    /// <param name="after">Only older ones than this; null for the first page.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>Null if there is no batch <paramref name="after"/> of that tenant.</returns>
    Task<IReadOnlyList<Batch>?> ListAsync(string? tenant, string? after, int limit, CancellationToken cancellationToken);

    /// <summary>Asks for a batch to stop. False if it is over.</summary>
    Task<bool> CancelAsync(string id, CancellationToken cancellationToken);

    /// <summary>Takes hold of batches for which there is something to do and which nobody holds.</summary>
    /// <param name="most">How many at most.</param>
    /// <param name="duration">After which others may take hold of them.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>Their ids, the oldest first.</returns>
    /// <remarks>
    /// A hold saves work, no more: whoever goes on after it ran out does what another does as well, to the same end.
    /// </remarks>
    Task<IReadOnlyList<string>> HoldAsync(int most, TimeSpan duration, CancellationToken cancellationToken);

    /// <summary>Holds batches for longer.</summary>
    Task KeepHoldingAsync(IReadOnlyCollection<string> ids, TimeSpan duration, CancellationToken cancellationToken);

    /// <summary>Holds a batch no more.</summary>
    Task LetGoAsync(string id, CancellationToken cancellationToken);

    /// <summary>Validating to in progress, or closer to cancelled if somebody asked for that meanwhile. No change if it is past that.</summary>
    /// <param name="id">The batch.</param>
    /// <param name="jobId">The job that it became.</param>
    /// <param name="model">The model that its requests name.</param>
    /// <param name="requestCount">How many they are.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    Task BeginAsync(string id, long jobId, string model, long requestCount, CancellationToken cancellationToken);

    /// <summary>To failed. No change if it is over.</summary>
    Task FailAsync(string id, IReadOnlyList<BatchFault> faults, CancellationToken cancellationToken);

    /// <summary>To a final status, with its files. No change if it is over.</summary>
    /// <param name="id">The batch.</param>
    /// <param name="end">Completed, expired or cancelled.</param>
    /// <param name="output">Its answers; null if there are none.</param>
    /// <param name="errors">Its requests without an answer; null if there are none.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    Task FinishAsync(
        string id, BatchStatus end, NewFile? output, NewFile? errors, CancellationToken cancellationToken);
}
