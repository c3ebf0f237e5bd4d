namespace BatchLLM.Overview;

/// <summary>What a page shows of a shard.</summary>
public sealed record ShardGlance
{
    /// <summary>Its number in the job, from 0.</summary>
    public required int Index { get; init; }

    /// <summary>1-based number of its first row in the input file.</summary>
    public required long FirstRow { get; init; }

    /// <summary>Its rows.</summary>
    public required long Rows { get; init; }

    /// <summary>How often it was leased; more than once if a worker lost it or was told to leave.</summary>
    public required int Epoch { get; init; }

    /// <summary>Who leased it last; null if nobody did.</summary>
    public string? Worker { get; init; }

    /// <summary>True while somebody holds it.</summary>
    public required bool IsHeld { get; init; }

    /// <summary>When it was committed, by the store's clock; null before.</summary>
    public DateTimeOffset? CommittedAt { get; init; }

    /// <summary>Rows completed; 0 before the commit, as below.</summary>
    public required long Ok { get; init; }

    /// <summary>Rows cut off by length.</summary>
    public required long Truncated { get; init; }

    /// <summary>Rows with an error.</summary>
    public required long Failed { get; init; }

    /// <summary>Prompt and completion tokens.</summary>
    public required long Tokens { get; init; }

    /// <summary>Where its failed rows are written until the job is published; null if none failed.</summary>
    public string? ErrorsUri { get; init; }
}
