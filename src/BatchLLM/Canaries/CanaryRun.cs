using BatchLLM.Inference;
using BatchLLM.Jobs;
using BatchLLM.Rows;

namespace BatchLLM.Canaries;

/// <summary>
/// Runs a job's canary: rows that are drawn, computed and written to a file of their own, and what they came to. They count when their
/// shards do: if the process dies here, another one draws the same rows again, and gets the same answers.
/// </summary>
/// <param name="store">Durable state.</param>
/// <param name="reader">Blob to rows to prompts to tokens.</param>
/// <param name="engine">Tokens to completions.</param>
/// <param name="blobs">Where the output lives.</param>
/// <param name="layout">Names of the job's files.</param>
/// <param name="open">A writer of the canary's rows over a stream.</param>
/// <param name="spec">The job.</param>
/// <param name="time">The clock.</param>
/// <param name="reach">Called at each crash window.</param>
public sealed class CanaryRun(
    IJobStore store,
    WindowReader reader,
    IBatchEngine engine,
    IBlobStore blobs,
    OutputLayout layout,
    Func<Stream, IRowWriter> open,
    JobSpec spec,
    TimeProvider time,
    Action<CrashWindow> reach)
{
    // Nobody waits for a canary whose job was paused or cancelled; a row more or less does not matter.
    private static readonly TimeSpan AskInterval = TimeSpan.FromSeconds(2);

    private CanarySpec Canary => spec.Canary ?? throw new InvalidOperationException("The job has no canary.");

    private ulong Seed => spec.Sampling.Defaults.Seed;

    /// <summary>Runs the canary of a job that has one to run, unless another process does: then it waits for that.</summary>
    /// <returns>The job as it stands afterwards: running if it goes on, paused if it waits for a person.</returns>
    /// <exception cref="BatchLLMException">The store, a file or the engine failed. Running it again starts anew.</exception>
    public async Task<Job> RunAsync(Job job, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        if (!job.IsCanaryDue)
        {
            return job;
        }

        await using var hold = await store.LockCanaryAsync(job.Id, cancellationToken);
        if (await FindAsync(job.Id, cancellationToken) is { IsCanaryDue: true, State: JobState.Running } due)
        {
            await RunRowsAsync(due, cancellationToken);
        }

        return await FindAsync(job.Id, cancellationToken);
    }

    private async Task RunRowsAsync(Job job, CancellationToken cancellationToken)
    {
        using var span = PipelineTelemetry.Begin("job.canary", job.Id);
        var shards = await store.ListShardsAsync(job.Id, cancellationToken);
        var window = await DrawAsync(job, shards, cancellationToken);
        var start = time.GetTimestamp();
        if (!await ComputeAsync(job.Id, window, cancellationToken))
        {
            return;
        }

        var (rows, took) = (window.Shards.SelectMany(shard => shard.Results).ToList(), time.GetElapsedTime(start));
        var digest = await blobs.WriteAsync(layout.Canary, (stream, token) => WriteAsync(stream, rows, token), cancellationToken);

        // If the process dies here, the file is replaced by the next one that runs the canary, with the same rows.
        reach(CrashWindow.CanaryWritten);
        var report = CanaryReporter.Report(rows, FileRows(job, shards), took, digest.Sha256);
        await store.FinishCanaryAsync(job.Id, report, CanaryGate.ReasonToWait(Canary, report), cancellationToken);

        // If the process dies here, whoever approves the job, or takes it up, finds the rows in their file.
        reach(CrashWindow.CanaryRecorded);
    }

    /// <summary>The rows, as a window of their own.</summary>
    private async Task<Window> DrawAsync(Job job, IReadOnlyList<NewShard> shards, CancellationToken cancellationToken)
    {
        var pieces = CanarySample.Pieces(shards, Canary.Rows, Seed);
        var candidates = new List<(NewShard Piece, WindowRow Row)>();
        foreach (var piece in pieces)
        {
            var rows = await reader.ReadUnchangedAsync(job.Definition.Inputs[piece.FileIndex], piece, reader.Threads, cancellationToken);
            candidates.AddRange(rows.Select(row => (piece, row)));
        }

        var fileRows = shards.GroupBy(shard => shard.FileIndex).ToDictionary(file => file.Key, file => file.Sum(shard => shard.Range.RowCount));
        var lengths = candidates.ConvertAll(candidate => (candidate.Piece.FileIndex, candidate.Row.PromptTokens?.Length ?? 0));
        var drawn = CanarySample.Draw(lengths, fileRows, Canary.Rows, Seed).Select(index => candidates[index]);
        return new Window(
            [.. drawn.GroupBy(row => row.Piece, row => row.Row, ReferenceEqualityComparer.Instance)
                .Select((piece, index) => new WindowShard(new ShardLease(job.Id, index, Epoch: 0, (NewShard)piece.Key!), [.. piece]))],
            spec.Output.TokenIds);
    }

    /// <summary>By URI, under which a job may have a file twice.</summary>
    private static Dictionary<string, long> FileRows(Job job, IReadOnlyList<NewShard> shards) => shards
        .GroupBy(shard => job.Definition.Inputs[shard.FileIndex].Uri)
        .ToDictionary(file => file.Key, file => file.Sum(shard => shard.Range.RowCount));

    /// <summary>False if the job stopped meanwhile.</summary>
    private async Task<bool> ComputeAsync(long jobId, Window window, CancellationToken cancellationToken)
    {
        if (window.Requests.Count == 0)
        {
            return true;
        }

        var asked = time.GetTimestamp();
        await foreach (var generation in engine.RunAsync(window.Requests, cancellationToken))
        {
            window.Accept(generation);

            // If the process dies here, its lock on the canary goes with its connection, and another one draws the same rows.
            reach(CrashWindow.CanaryHalfRun);
            if (time.GetElapsedTime(asked) >= AskInterval)
            {
                asked = time.GetTimestamp();
                if (await FindAsync(jobId, cancellationToken) is not { State: JobState.Running })
                {
                    return false;
                }
            }
        }

        return true;
    }

    private async Task WriteAsync(Stream stream, List<CompletedRow> rows, CancellationToken cancellationToken)
    {
        await using var writer = open(stream);
        foreach (var row in rows)
        {
            await writer.WriteAsync(row, cancellationToken);
        }

        await writer.CompleteAsync(cancellationToken);
    }

    private async Task<Job> FindAsync(long jobId, CancellationToken cancellationToken) =>
        await store.FindAsync(jobId, cancellationToken)
        ?? throw new BatchLLMException($"Job {jobId} is no longer in the database.");
}
