using BatchLLM.Rows;

namespace BatchLLM.Jobs;

/// <summary>Blob to rows to prompts to tokens: reads the shards of a window and makes each row ready for the engine.</summary>
/// <param name="blobs">Where the inputs live.</param>
/// <param name="readers">A reader per format.</param>
/// <param name="columns">The columns the job uses; null for all.</param>
/// <param name="prepare">A row, and whether its id was seen before, to a prompt or an error. Called on many threads.</param>
/// <param name="tokenIds">True if completions keep their ids.</param>
/// <param name="threads">Threads that make the rows of a window ready: as many as there are processors.</param>
public sealed class WindowReader(
    IBlobStore blobs,
    Func<DataFormat, IRowReader> readers,
    IReadOnlySet<string>? columns,
    Func<Row, bool, WindowRow> prepare,
    bool tokenIds,
    int threads)
{
    // Texts are needed until their tokens are there: few enough for a processor's own cache, and worth a change of threads.
    private const int RowsAtOnce = 256;

    /// <summary>Rows that need not be computed; null if there are none.</summary>
    public IKnownRows? Known { get; init; }

    /// <summary>Threads that make rows ready.</summary>
    public int Threads => threads;

    internal async Task<Window> ReadAsync(Job job, IReadOnlyList<ShardLease> leases, CancellationToken cancellationToken)
    {
        var runs = ShardRun.Join(leases, threads);
        var shards = new List<WindowShard>[runs.Count];

        // Each run has its share: more threads than processors would only wait for one another.
        var share = Math.Max(1, threads / runs.Count);
        await Parallel.ForAsync(0, runs.Count, cancellationToken, async (index, token) =>
        {
            var file = job.Definition.Inputs[runs[index].Shard.FileIndex];
            var rows = await ReadUnchangedAsync(file, runs[index].Shard, share, token);
            shards[index] = await ShardsAsync(runs[index], rows, token);
        });
        return new Window([.. shards.SelectMany(run => run)], tokenIds);
    }

    private async Task<List<WindowShard>> ShardsAsync(ShardRun run, IReadOnlyList<WindowRow> rows, CancellationToken cancellationToken)
    {
        var shards = new List<WindowShard>(run.Leases.Count);
        foreach (var (lease, own) in run.Split(rows))
        {
            var known = Known is null ? null : await Known.FindAsync(lease, own, cancellationToken);
            shards.Add(new WindowShard(lease, own, known));
        }

        return shards;
    }

    internal async Task<IReadOnlyList<WindowRow>> ReadUnchangedAsync(
        InputFile file, NewShard shard, int share, CancellationToken cancellationToken)
    {
        await CheckUnchangedAsync(file, cancellationToken);
        var rows = await ReadShardAsync(file, shard, share, cancellationToken);
        await CheckUnchangedAsync(file, cancellationToken); // It may be overwritten between two reads.
        return rows;
    }

    /// <summary>Row offsets were taken when the job was created; in another content they would point anywhere.</summary>
    private async Task CheckUnchangedAsync(InputFile file, CancellationToken cancellationToken)
    {
        await foreach (var blob in blobs.ListAsync(file.Uri, cancellationToken))
        {
            if (blob.Version == file.Version)
            {
                return;
            }

            throw new BatchLLMException(
                $"{file.Uri} has changed since the job was created ({file.Length} bytes then, {blob.Length} now). " +
                "Restore the file and resume, or cancel the job and run it anew.");
        }

        throw new BatchLLMException(
            $"{file.Uri} is gone; the job was created with it. Put it back and resume, or cancel the job.");
    }

    /// <summary>The rows of one shard, made ready, in input order.</summary>
    /// <param name="file">The shard's file.</param>
    /// <param name="shard">Which of its rows.</param>
    /// <param name="share">How many threads make its rows ready.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="BatchLLMException">The file cannot be read, or is damaged beyond single rows.</exception>
    public async Task<IReadOnlyList<WindowRow>> ReadShardAsync(
        InputFile file, NewShard shard, int share, CancellationToken cancellationToken)
    {
        var rows = readers(file.Format).ReadAsync(file.Uri, shard.Range, columns, cancellationToken);
        var duplicates = shard.DuplicateRows.ToHashSet();
        var prepared = new List<WindowRow>((int)shard.Range.RowCount);
        if (share == 1)
        {
            // One after the other, while a row's text is still in the processor's cache.
            await foreach (var row in rows)
            {
                prepared.Add(Prepare(row, duplicates));
            }
        }
        else
        {
            await PrepareTogetherAsync(rows, duplicates, prepared, share);
        }

        return prepared;
    }

    // Some rows a task, as many tasks at a time as threads. Rows are read on meanwhile, and no task waits for another.
    private async Task PrepareTogetherAsync(
        IAsyncEnumerable<Row> rows, HashSet<long> duplicates, List<WindowRow> prepared, int share)
    {
        var underWay = new Queue<Task<List<WindowRow>>>(share);
        var some = new List<Row>(RowsAtOnce);
        await foreach (var row in rows)
        {
            some.Add(row);
            if (some.Count == RowsAtOnce)
            {
                prepared.AddRange(underWay.Count == share ? await underWay.Dequeue() : []);
                underWay.Enqueue(PrepareAsync(some, duplicates));
                some = new List<Row>(RowsAtOnce);
            }
        }

        underWay.Enqueue(PrepareAsync(some, duplicates));
        while (underWay.TryDequeue(out var oldest))
        {
            prepared.AddRange(await oldest);
        }
    }

    private Task<List<WindowRow>> PrepareAsync(List<Row> rows, HashSet<long> duplicates) =>
        Task.Run(() => rows.ConvertAll(row => Prepare(row, duplicates)));

    private WindowRow Prepare(Row row, HashSet<long> duplicates) => prepare(row, duplicates.Contains(row.Location.RowNumber));
}
