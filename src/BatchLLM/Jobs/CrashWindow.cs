namespace BatchLLM.Jobs;

/// <summary>
/// The moments at which dying costs the most thought. At each, a comment in the code says what stands on disk and in the
/// database; the tests kill the process there and resume.
/// </summary>
public enum CrashWindow
{
    /// <summary>The job and its shards are in the database; nothing is leased, nothing is on disk.</summary>
    JobCreated,

    /// <summary>Some of a canary's rows have run; nothing is on disk, nothing is leased.</summary>
    CanaryHalfRun,

    /// <summary>A canary's rows are on disk; the database does not know how they ended.</summary>
    CanaryWritten,

    /// <summary>The database knows how a canary ended: the job waits for approval, or goes on. None of its other rows is leased.</summary>
    CanaryRecorded,

    /// <summary>Shards are leased; nothing is on disk. The leases run out by themselves.</summary>
    ShardsLeased,

    /// <summary>Part of a shard's rows are in a temporary file that nobody will ever read.</summary>
    PartHalfWritten,

    /// <summary>A whole part stands under its epoch's name; the database does not know it.</summary>
    PartWritten,

    /// <summary>A shard is committed; its part still has its epoch's name.</summary>
    ShardCommitted,

    /// <summary>Every shard is committed; nothing is published.</summary>
    AllCommitted,

    /// <summary>Some parts have their final names, others still their epochs'.</summary>
    SomePartsPublished,

    /// <summary>All parts and the error file are published; there is no receipt.</summary>
    PartsPublished,

    /// <summary>The receipt stands; the job is not yet completed in the database.</summary>
    ReceiptWritten,

    /// <summary>A job's results are being removed: its receipt has another name, some of its files are gone, others stand.</summary>
    ResultsHalfRemoved,
}
