namespace BatchLLM.Jobs;

/// <summary>Where a job stands. Each transition is one operation of <see cref="IJobStore"/>.</summary>
public enum JobState
{
    /// <summary>Created with its shards; workers may lease them. Left by pause, cancel and complete.</summary>
    Running,

    /// <summary>No shard is leased; <see cref="Job.Reason"/> says why. Left by resume and cancel.</summary>
    Paused,

    /// <summary>Final: every shard committed, the output published, the receipt written.</summary>
    Completed,

    /// <summary>Final: stopped by a user; rows of shards that never ran count as skipped in the receipt.</summary>
    Cancelled,
}
