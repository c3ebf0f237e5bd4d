namespace BatchLLM.Jobs;

/// <summary>
/// Where a job stands. Each transition is one operation of <see cref="IJobQueue"/> while it is queued, and of
/// <see cref="IJobStore"/> afterwards.
/// </summary>
public enum JobState
{
    /// <summary>Accepted; nothing of it was looked at yet, so it has no key, no inputs and no shards. Left by plan, fail, pause and cancel.</summary>
    Queued,

    /// <summary>Planned, with its shards, or with those that a retry runs again; workers may lease them. Left by pause, cancel and complete.</summary>
    Running,

    /// <summary>
    /// No shard is leased; <see cref="Job.Reason"/> says why. Left by resume, back to where it came from, and by cancel.
    /// </summary>
    Paused,

    /// <summary>Final: every shard committed, the output published, the receipt written. Only a retry leads back to running.</summary>
    Completed,

    /// <summary>
    /// Final: stopped by a user; rows of shards that never ran count as skipped in the receipt. A job that was never planned
    /// has no receipt. Only a retry of what did run leads back to running.
    /// </summary>
    Cancelled,

    /// <summary>
    /// Final: its inputs, its model or its settings turned out wrong when it was planned; <see cref="Job.Reason"/> says how.
    /// Never from running: rows fail as data.
    /// </summary>
    Failed,
}
