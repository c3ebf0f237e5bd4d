using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace BatchLLM.Jobs;

/// <summary>
/// What pipelines tell whoever listens: a meter and an activity source of one name. Nothing is measured while nobody does. Names and
/// units follow OpenTelemetry's conventions; ops/telemetry.md lists them. Never a word of a prompt or a completion.
/// </summary>
public static class PipelineTelemetry
{
    /// <summary>Name of the meter and of the activity source.</summary>
    public const string Name = "BatchLLM";

    // Windows and commits take from milliseconds, with an echo, to hours, with a large model on a small machine.
    private static readonly InstrumentAdvice<double> Durations = new()
    {
        HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200],
    };

    private static readonly Meter Meter = new(Name);
    private static readonly ActivitySource Activities = new(Name);

    private static readonly Counter<long> Rows =
        Meter.CreateCounter<long>("batchllm.rows", "{row}", "Rows committed, by how they ended.");

    private static readonly Counter<long> Tokens =
        Meter.CreateCounter<long>("batchllm.tokens", "{token}", "Tokens of committed rows: of prompts, of completions, and prompt tokens that sharing saved.");

    private static readonly Counter<long> Shards =
        Meter.CreateCounter<long>("batchllm.shards", "{shard}", "Shards whose commit was tried, by whether it counted.");

    private static readonly Histogram<double> ReadTime = Duration(
        "batchllm.window.read.duration", "Time from a window's leases to its tokenized rows.");

    private static readonly Histogram<double> RunTime = Duration(
        "batchllm.window.run.duration", "Time from a window's first row in the engine to its last commit.");

    private static readonly Histogram<double> CommitTime = Duration(
        "batchllm.shard.commit.duration", "Time from a shard's last completion to its output's commit.");

    /// <summary>A span around one thing that is done for a job; null if nobody listens.</summary>
    /// <param name="name">What is done, as <c>job.plan</c>.</param>
    /// <param name="jobId">For which job.</param>
    public static Activity? Begin(string name, long jobId) =>
        Activities.StartActivity("batchllm." + name)?.SetTag("batchllm.job.id", jobId);

    /// <summary>A window was read.</summary>
    internal static void WindowRead(TimeSpan time) => ReadTime.Record(time.TotalSeconds);

    /// <summary>A window was run.</summary>
    internal static void WindowRun(TimeSpan time) => RunTime.Record(time.TotalSeconds);

    /// <summary>A shard was committed, or lost.</summary>
    internal static void Committed(RowCounts counts, bool isCounted, TimeSpan time)
    {
        CommitTime.Record(time.TotalSeconds);
        Shards.Add(1, Tag("outcome", isCounted ? "committed" : "lost"));
        if (!isCounted)
        {
            return;
        }

        Rows.Add(counts.Ok, Tag("status", "ok"));
        Rows.Add(counts.Truncated, Tag("status", "truncated"));
        Rows.Add(counts.Failed, Tag("status", "failed"));
        Tokens.Add(counts.PromptTokens, Tag("kind", "prompt"));
        Tokens.Add(counts.CompletionTokens, Tag("kind", "completion"));
        Tokens.Add(counts.SharedPromptTokens, Tag("kind", "shared_prompt"));
    }

    private static Histogram<double> Duration(string name, string description) =>
        Meter.CreateHistogram(name, "s", description, tags: null, Durations);

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
