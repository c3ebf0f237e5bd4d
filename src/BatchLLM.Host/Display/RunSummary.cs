using System.Text.Json.Serialization;
using BatchLLM.Canaries;
using BatchLLM.Jobs;

namespace BatchLLM.Host.Display;

/// <summary>What a run came to, for the table and for <c>--json</c>.</summary>
internal sealed record RunSummary
{
    public required long Job { get; init; }

    public required string Name { get; init; }

    public required string State { get; init; }

    public string? Reason { get; init; }

    /// <summary>What its canary came to; null if it had none.</summary>
    public CanaryReport? Canary { get; init; }

    public string? Numerics { get; init; }

    public string? KvCache { get; init; }

    public required RunRows Rows { get; init; }

    public required long PromptTokens { get; init; }

    /// <summary>Prompt tokens that were not computed, because another row's stood in for them.</summary>
    public required long SharedPromptTokens { get; init; }

    public required long CompletionTokens { get; init; }

    /// <summary>Rows whose answer is a copy of an identical row's.</summary>
    public required long CopiedRows { get; init; }

    /// <summary>Seconds of this run, not of earlier ones.</summary>
    public required double Seconds { get; init; }

    /// <summary>Prompt and completion tokens a second of this run.</summary>
    public required double TokensPerSecond { get; init; }

    /// <summary>
    /// Share of this run's time in which the engine computed, from the first row's reading to the last commit; 0 to 1. Null if
    /// nothing was run.
    /// </summary>
    public double? EngineBusy { get; init; }

    public required string Output { get; init; }

    public string? Receipt { get; init; }

    public string? ReceiptSha256 { get; init; }

    /// <summary>What became of its results, if their time is over; null while they stand.</summary>
    public string? Removal { get; init; }

    public required int ExitCode { get; init; }

    /// <summary>True if the job was complete before this run, which therefore did nothing.</summary>
    public bool AlreadyComplete { get; init; }

    /// <summary>What the job's preflight estimated; null if there was none.</summary>
    public EstimateCheck? Preflight { get; init; }

    /// <summary>Summarises a job.</summary>
    /// <param name="job">As it stands after the run.</param>
    /// <param name="before">Counts before the run.</param>
    /// <param name="elapsed">Duration of the run.</param>
    public static RunSummary Of(Job job, RowCounts before, TimeSpan elapsed)
    {
        var run = job.Counts + -before;
        var seconds = elapsed.TotalSeconds;
        return new RunSummary
        {
            Job = job.Id,
            Name = job.Definition.Name,
            State = job.State.ToString().ToLowerInvariant(),
            Reason = job.Reason,
            Canary = job.Canary,
            Numerics = job.Definition.Numerics,
            KvCache = job.Definition.KvCache,
            Rows = RunRows.Of(job),
            PromptTokens = job.Counts.PromptTokens,
            SharedPromptTokens = job.Counts.SharedPromptTokens,
            CompletionTokens = job.Counts.CompletionTokens,
            CopiedRows = job.Counts.CopiedRows,
            Seconds = Math.Round(seconds, 3),
            TokensPerSecond = seconds > 0 ? Math.Round((run.PromptTokens + run.CompletionTokens) / seconds, 1) : 0,
            Output = job.Definition.OutputUri,
            Receipt = job.ReceiptSha256 is null || job.Removal is not null ? null : $"{job.Definition.OutputUri.TrimEnd('/')}/receipt.json",
            ReceiptSha256 = job.ReceiptSha256,
            Removal = job.Removal?.Say(),
            ExitCode = ExitCodeOf(job),
        };
    }

    /// <summary>The exit code that a job's state stands for.</summary>
    public static int ExitCodeOf(Job job) => job.State switch
    {
        JobState.Completed => job.Counts.Failed + job.Counts.Truncated == 0
            ? ExitCodes.Ok
            : ExitCodes.FinishedWithBadRows,
        JobState.Paused => ExitCodes.Paused,
        JobState.Cancelled => ExitCodes.Cancelled,
        JobState.Failed => ExitCodes.Failed,
        _ => ExitCodes.Interrupted,
    };
}

/// <summary>Rows by class, as the receipt has them.</summary>
internal sealed record RunRows(
    [property: JsonPropertyName("in")] long In, long Ok, long Truncated, long Failed, long Skipped)
{
    public static RunRows Of(Job job) => new(
        job.Definition.RowCount,
        job.Counts.Ok,
        job.Counts.Truncated,
        job.Counts.Failed,
        job.State == JobState.Cancelled ? job.Definition.RowCount - job.Counts.Done : 0);
}
