using BatchLLM.Canaries;

namespace BatchLLM.Jobs;

/// <summary>
/// Durable state of jobs and shards; one operation per transition. All times are the store's clock. Every operation is
/// atomic, and safe to repeat after a lost connection.
/// </summary>
public interface IJobStore : IShardLeases
{
    /// <summary>
    /// Creates a running job and its shards. If a job with the same key is there that is not cancelled, returns that one
    /// instead, whatever its state, unless <paramref name="again"/>: then only one that is running or paused.
    /// </summary>
    Task<(Job Job, bool Created)> CreateAsync(
        NewJob job, IReadOnlyList<NewShard> shards, bool again, CancellationToken cancellationToken);

    /// <summary>The job, or null.</summary>
    Task<Job?> FindAsync(long jobId, CancellationToken cancellationToken);

    /// <summary>The newest job with a key that is not cancelled, or null.</summary>
    Task<Job?> FindByKeyAsync(string key, CancellationToken cancellationToken);

    /// <summary>The newest jobs first.</summary>
    Task<IReadOnlyList<Job>> ListAsync(int limit, CancellationToken cancellationToken);

    /// <summary>All shards of a job, in order of their index.</summary>
    Task<IReadOnlyList<NewShard>> ListShardsAsync(long jobId, CancellationToken cancellationToken);

    /// <summary>
    /// Waits until no other process runs the job's canary, and keeps all others waiting until what it returns is disposed, or until
    /// this process has died or lost its connection.
    /// </summary>
    Task<IAsyncDisposable> LockCanaryAsync(long jobId, CancellationToken cancellationToken);

    /// <summary>
    /// Keeps what a running job's canary came to. Then the job goes on, or is paused until it is approved. Nothing happens to a job
    /// that does not run any more.
    /// </summary>
    /// <param name="jobId">The job.</param>
    /// <param name="report">What it came to.</param>
    /// <param name="reasonToWait">Why the job waits for a person; null if it goes on.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    Task FinishCanaryAsync(long jobId, CanaryReport report, string? reasonToWait, CancellationToken cancellationToken);

    /// <summary>Lets a job go on that waits for that after its canary. False if it does not.</summary>
    Task<bool> ApproveAsync(long jobId, CancellationToken cancellationToken);

    /// <summary>
    /// Commits the outputs of shards of one job and adds their counts to it, in one transaction that checks each epoch.
    /// Repeating a commit that took effect is true again and adds nothing.
    /// </summary>
    /// <param name="shards">At least one, each once; of those whose lease was lost nothing is committed.</param>
    /// <param name="reasonToPause">
    /// Given the job's counts with the shards': the reason to pause it, or null. It pauses in the same transaction, so that
    /// nobody ever finds the job complete whose last shard was one too bad.
    /// </param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>[shards] False if the lease was lost, so the output is garbage.</returns>
    Task<IReadOnlyList<bool>> CommitAsync(
        IReadOnlyList<FinishedShard> shards, Func<RowCounts, string?> reasonToPause, CancellationToken cancellationToken);

    /// <summary>Names of the workers that hold leases of a job.</summary>
    Task<IReadOnlyList<string>> ListWorkersAsync(long jobId, CancellationToken cancellationToken);

    /// <summary>Hands back all leases that a worker holds of a job, because it is known to be dead.</summary>
    Task ReleaseWorkerAsync(long jobId, string worker, CancellationToken cancellationToken);

    /// <summary>Committed shards in order of their index.</summary>
    Task<IReadOnlyList<CommittedShard>> ListCommittedAsync(long jobId, CancellationToken cancellationToken);

    /// <summary>
    /// Queued or running to paused, with a reason for people. False if the job was neither. Leases end: they are not
    /// renewed, and any worker may have their shards after a resume; until then what was finished under them still commits.
    /// </summary>
    Task<bool> PauseAsync(long jobId, string reason, CancellationToken cancellationToken);

    /// <summary>
    /// Paused to running, or to queued if it was never planned; a new spec may replace the old one (a larger error budget).
    /// False if the job was not paused, or waits to be approved.
    /// </summary>
    Task<bool> ResumeAsync(long jobId, string? specJson, CancellationToken cancellationToken);

    /// <summary>
    /// Completed or cancelled to running: shards with failed rows are to be run again, and give their other rows as they were (see
    /// <see cref="ShardLease.Former"/>); all others stay committed.
    /// </summary>
    /// <param name="job">As it was seen to be.</param>
    /// <param name="error">The code of the only error whose rows are computed again; null for all.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>Null if it runs; else why not, for people.</returns>
    Task<string?> RetryAsync(Job job, string? error, CancellationToken cancellationToken);

    /// <summary>
    /// Queued, running or paused to cancelled. False if the job was in a final state. Leases are lost. What a retry had not
    /// committed again stands as it did before.
    /// </summary>
    Task<bool> CancelAsync(long jobId, string reason, CancellationToken cancellationToken);

    /// <summary>
    /// Waits until no other process publishes the job, and keeps all others waiting until what it returns is disposed, or
    /// until this process has died or lost its connection.
    /// </summary>
    Task<IAsyncDisposable> LockPublishingAsync(long jobId, CancellationToken cancellationToken);

    /// <summary>
    /// Running to completed, once every shard is committed, or back to cancelled, if it was that before its retry; or records
    /// the receipt of a cancelled job that was planned. False if the job is in no such state. Repeating it is true again; another receipt than the first is refused.
    /// </summary>
    /// <param name="jobId">The job.</param>
    /// <param name="from">The state that the receipt was written for: running or cancelled. In any other it is refused.</param>
    /// <param name="receiptSha256">Digest of the receipt's bytes.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    Task<bool> FinishAsync(long jobId, JobState from, string receiptSha256, CancellationToken cancellationToken);
}
