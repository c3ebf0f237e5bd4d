using BatchLLM.Blobs;
using BatchLLM.Blobs.Files;
using BatchLLM.Blobs.Jsonl;
using BatchLLM.Inference;
using BatchLLM.IntegrationTests.Postgres;
using BatchLLM.Jobs;
using BatchLLM.Postgres.Database;
using BatchLLM.Postgres.Jobs;
using BatchLLM.Rows;
using Xunit;

namespace BatchLLM.IntegrationTests.Pipeline;

/// <summary>Jobs of three shards over a real store and real files; a window is one shard.</summary>
internal sealed class PipelineBench : IAsyncDisposable
{
    public const int Shards = 3;

    private const int RowsPerShard = 8;
    private static readonly SamplingParameters Sampling = new() { MaxTokens = 1 };

    private readonly TestDirectory _directory = new("files");
    private readonly TaskCompletionSource[] _prepared = [.. Enumerable.Range(0, Shards).Select(_ => new TaskCompletionSource())];
    private readonly PostgresDatabase _database;
    private readonly int[] _rows = new int[Shards];

    private PipelineBench(PostgresDatabase database) => (_database, Store) = (database, new PostgresJobStore(database));

    public PostgresJobStore Store { get; }

    /// <summary>Numbers of rows that fail, and the codes that they fail with.</summary>
    public Dictionary<long, string> Failing { get; } = [];

    /// <summary>Format of the parts.</summary>
    public DataFormat Format { get; init; } = DataFormat.Jsonl;

    /// <summary>Names of what stands in the output directory, in order.</summary>
    public IEnumerable<string> OutputFiles =>
        Directory.EnumerateFiles(Path.Combine(_directory.Path, "out")).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal);

    /// <summary>A file of the output directory.</summary>
    public string FileOf(string name) => Path.Combine(_directory.Path, "out", name);

    /// <summary>The receipt's bytes.</summary>
    public byte[] Receipt => File.ReadAllBytes(Path.Combine(_directory.Path, "out", "receipt.json"));

    public static async Task<PipelineBench> OpenAsync(TestCluster cluster, DataFormat format = DataFormat.Jsonl) => new(await PostgresDatabase.OpenAsync(
        await cluster.CreateDatabaseAsync(), new RetryPolicy(), TimeProvider.System, null, TestContext.Current.CancellationToken))
    {
        Format = format,
    };

    /// <summary>Completes when every row of a shard has been made ready for the engine.</summary>
    public Task PreparedAsync(int shard) => _prepared[shard].Task;

    /// <summary>Makes a job whose output is that of all the others.</summary>
    public async Task<Job> CreateJobAsync(int shards = Shards)
    {
        Directory.CreateDirectory(_directory.Path);
        var input = Path.Combine(_directory.Path, "rows.jsonl");
        await File.WriteAllLinesAsync(input, Enumerable.Range(1, shards * RowsPerShard).Select(row => $"{{\"x\":{row}}}"));
        var spec = new JobSpec
        {
            Name = "rows",
            Model = "/model",
            Inputs = [new InputSpec(FileUri.FromPath(input, "/"), DataFormat.Jsonl)],
            Prompt = new PromptSpec { Text = "{{x}}" },
            Output = new OutputSpec { Uri = FileUri.FromPath(Path.Combine(_directory.Path, "out"), "/") },
            Policies = new PolicySpec { RowsPerShard = RowsPerShard },
        };
        var planner = new JobPlanner(Blobs, Reader, DataFormats.Resolve, () => new ScratchFile(_directory.Path));
        var plan = await planner.PlanAsync(spec, TestContext.Current.CancellationToken);
        var job = new NewJob("rows", $"k{shards}", "{}", "/model", spec.Output.Uri, plan.Inputs, plan.RowCount);
        return (await Store.CreateAsync(job, plan.Shards, false, TestContext.Current.CancellationToken)).Job;
    }

    /// <summary>Ends when the run that was begun last has committed a shard.</summary>
    public Task Committed { get; private set; } = Task.CompletedTask;

    public Task<Job> RunAsync(Job job, IBatchEngine engine) => RunAsync(job, engine, _ => Task.CompletedTask);

    /// <summary>Runs the job as a worker with a clock of its own.</summary>
    public Task<Job> RunAsync(Job job, IBatchEngine engine, TimeProvider time) =>
        RunAsync(job, engine, _ => Task.CompletedTask, Publisher(job, Blobs, _ => { }), mayLease: null, time);

    /// <summary>Runs the job and lets a test act before each shard's part is written.</summary>
    /// <param name="job">The job.</param>
    /// <param name="engine">Runs its rows.</param>
    /// <param name="beforePart">Given the number of the shard.</param>
    /// <param name="mayLease">See <see cref="PipelineOptions.MayLease"/>.</param>
    /// <param name="reach">Called at each crash window of its publishing.</param>
    public Task<Job> RunAsync(
        Job job,
        IBatchEngine engine,
        Func<int, Task> beforePart,
        Func<CancellationToken, ValueTask<bool>>? mayLease = null,
        Action<CrashWindow>? reach = null) =>
        RunAsync(job, engine, beforePart, Publisher(job, Blobs, reach ?? (_ => { })), mayLease);

    /// <summary>Runs a job up to its publishing, where the process dies.</summary>
    public async Task<Job> RunUnpublishedAsync(int shards)
    {
        var job = await CreateJobAsync(shards);
        await using var engine = new ScriptedEngine(_ => Task.CompletedTask);
        var dying = Publisher(job, Blobs, _ => throw new TimeoutException());
        await Assert.ThrowsAsync<TimeoutException>(() => RunAsync(job, engine, _ => Task.CompletedTask, dying, mayLease: null));
        return await Store.GetAsync(job);
    }

    /// <summary>Publishes as another process would.</summary>
    /// <param name="job">All of its shards are committed.</param>
    /// <param name="reach">Called at each crash window.</param>
    /// <param name="beforeDelete">Called with the address of each file that is about to be deleted.</param>
    public Task<Job> PublishAsync(Job job, Action<CrashWindow> reach, Action<string>? beforeDelete = null) =>
        Publisher(job, new WatchedBlobs(Blobs, _ => Task.CompletedTask, beforeDelete), reach)
            .PublishAsync(job.Id, TestContext.Current.CancellationToken);

    private JobPublisher Publisher(Job job, IBlobStore blobs, Action<CrashWindow> reach) =>
        new(Store, blobs, LayoutOf(job), reach);

    private OutputLayout LayoutOf(Job job) => new(job.Definition.OutputUri, job.Id, Format);

    private Task<Job> RunAsync(
        Job job,
        IBatchEngine engine,
        Func<int, Task> beforePart,
        JobPublisher publisher,
        Func<CancellationToken, ValueTask<bool>>? mayLease,
        TimeProvider? time = null)
    {
        var layout = LayoutOf(job);
        var committed = new TaskCompletionSource();
        Committed = committed.Task;
        var writer = new ShardWriter(
            new WatchedBlobs(Blobs, beforePart), layout, stream => RowWriters.Create(Format, stream, new OutputColumns(["x"], false, null)),
            stream => new ErrorRowWriter(stream, null), _ => { });
        var reader = new WindowReader(Blobs, Reader, null, Prepare, tokenIds: false, threads: 2)
        {
            Known = job.Retries > 0 ? new FormerPart(Blobs, Reader, layout, job.RetryError) : null,
        };
        var pipeline = new BatchPipeline(
            Store, reader, engine, writer, publisher,
            new PipelineOptions("worker", ShardsPerWindow: 1, new PolicySpec()) { MayLease = mayLease }, time ?? TimeProvider.System,
            window => (window == CrashWindow.ShardCommitted ? committed : null)?.TrySetResult());
        return pipeline.RunAsync(job, new JobProgress(job.Counts, job.Definition.RowCount), TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        _directory.Dispose();
    }

    private static FileBlobStore Blobs { get; } = new();

    private static IRowReader Reader(DataFormat format) => RowReaders.For(format, Blobs);

    private WindowRow Prepare(Row row, bool isDuplicate)
    {
        var shard = (int)((row.Location.RowNumber - 1) / RowsPerShard);
        if (Interlocked.Increment(ref _rows[shard]) == RowsPerShard)
        {
            _prepared[shard].TrySetResult();
        }

        var carried = row.Columns.ToList();
        return Failing.TryGetValue(row.Location.RowNumber, out var code)
            ? new WindowRow(row.Location, carried, null, null, new RowError(code, "As the test wants."))
            : new WindowRow(row.Location, carried, [1, 2, 3], Sampling, null);
    }
}
