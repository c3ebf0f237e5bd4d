using System.Globalization;
using BatchLLM.Blobs;
using BatchLLM.Blobs.Azure;
using BatchLLM.Blobs.Files;
using BatchLLM.Blobs.Jsonl;
using BatchLLM.Blobs.Parquet;
using BatchLLM.Blobs.S3;
using BatchLLM.Canaries;
using BatchLLM.Incremental;
using BatchLLM.Inference;
using BatchLLM.Jobs;
using BatchLLM.Prompts;
using BatchLLM.Rows;

namespace BatchLLM.Host.Jobs;

/// <summary>Chooses the implementations behind a job: stores, readers, writers, engine. Decides nothing else.</summary>
internal static class JobAssembly
{
    /// <summary>Rows of a window, about: enough to keep the engine full, little enough to hold in memory.</summary>
    private const int WindowRows = 4096;

    /// <summary>Where inputs and outputs live.</summary>
    public static IBlobStore Blobs { get; } = new BlobStores(
        new FileBlobStore(),
        new AzureBlobStore(new AzureAccounts(Environment.GetEnvironmentVariable), TimeProvider.System),
        new S3BlobStore(new S3Connection()));

    private static RowReaders Readers { get; } = new(Blobs);

    /// <summary>Resolves inputs and cuts shards.</summary>
    public static JobPlanner Planner { get; } = new(Blobs, Readers.Of, DataFormats.Resolve, Scratch);

    /// <summary>Room outside memory, in the system's folder for temporary files.</summary>
    public static IScratch Scratch() => new ScratchFile(Path.GetTempPath());

    /// <summary>Shards that a worker of a job holds at once.</summary>
    /// <param name="spec">The job.</param>
    /// <param name="jobRows">Rows of all its inputs.</param>
    public static int ShardsPerWindow(JobSpec spec, long jobRows) =>
        Math.Max(1, WindowRows / (spec.Policies.RowsPerShard ?? ShardSize.Of(jobRows)));

    /// <summary>Rows to tokenized prompts.</summary>
    /// <param name="spec">The job.</param>
    /// <param name="model">Its model.</param>
    /// <param name="created">
    /// When the job was created, which is the time that its prompts know: after midnight, after a restart and in every time
    /// zone a row has the same prompt.
    /// </param>
    /// <param name="contextLength">Most positions of prompt and completion; the model's if null.</param>
    /// <param name="known">Rows that need not be computed; null if there are none.</param>
    public static WindowReader ReaderOf(
        JobSpec spec, IJobModel model, DateTimeOffset created, int? contextLength = null, IKnownRows? known = null)
    {
        var prompts = new RowPreparer(
            spec, new PromptRenderer(model.Template, model.TemplateContextAt(created)), model.Tokenizer, contextLength ?? model.ContextLength);
        return new WindowReader(
            Blobs, Readers.Of, prompts.Columns, prompts.Prepare, spec.Output.TokenIds, Environment.ProcessorCount)
        {
            Known = known,
        };
    }

    /// <summary>The pipeline of one job in this process.</summary>
    /// <param name="job">A planned job.</param>
    /// <param name="spec">Its spec.</param>
    /// <param name="store">Durable state.</param>
    /// <param name="model">Its model.</param>
    /// <param name="engine">Tokens to completions.</param>
    /// <param name="mayLease">See <see cref="PipelineOptions.MayLease"/>.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="BatchLLMException">An input's schema cannot be read.</exception>
    public static async Task<BatchPipeline> PipelineOfAsync(
        Job job,
        JobSpec spec,
        IJobStore store,
        IJobModel model,
        IBatchEngine engine,
        Func<CancellationToken, ValueTask<bool>>? mayLease,
        CancellationToken cancellationToken)
    {
        var layout = LayoutOf(job, spec);
        var kinds = await KindsAsync(job, layout.Format, cancellationToken);
        var columns = new OutputColumns(RowPreparer.CarriedColumns(spec), spec.Output.TokenIds, kinds)
        {
            Typed = kinds is null ? TypedColumns.None : await TypedColumns.SharedAsync(
                Blobs, job.Definition.Inputs.Select(file => file.Uri), RowPreparer.CarriedColumns(spec), cancellationToken),
            Origin = OriginOf(job),
        };
        var writer = new ShardWriter(
            Blobs,
            layout,
            stream => RowWriters.Create(layout.Format, stream, columns),
            stream => new ErrorRowWriter(stream, IdColumnOf(spec)),
            CrashHook.Reach);
        var options = new PipelineOptions(WorkerIdentity.Current, ShardsPerWindow(spec, job.Definition.RowCount), spec.Policies) { MayLease = mayLease };
        return new BatchPipeline(
            store, ReaderOf(spec, model, job.CreatedAt, known: KnownOf(job, layout, store)), engine, writer, PublisherOf(store, layout), options, TimeProvider.System,
            CrashHook.Reach);
    }

    /// <summary>The engine of a job: one that takes over earlier answers, if the job says whose.</summary>
    /// <param name="engine">Runs what is new.</param>
    /// <param name="spec">The job in force.</param>
    /// <param name="model">Its model.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="BatchLLMException">The earlier output is damaged or cannot be read.</exception>
    public static async Task<IBatchEngine> ReusingAsync(
        IBatchEngine engine, JobSpec spec, IJobModel model, CancellationToken cancellationToken) => spec.Incremental is { Since: { } since }
        ? new ReusingEngine(
            engine,
            await new EarlierOutput(Blobs, Readers.Of, Scratch).ReadAsync(since, spec.Output.TokenIds, cancellationToken),
            ContentHash.ModelKey(spec, model.Digest))
        : engine;

    /// <summary>What is other than the user may expect of a job's output files, as a sentence; null if nothing.</summary>
    public static string? NoteOn(Job job, JobSpec spec) =>
        LayoutOf(job, spec).Format == DataFormat.Parquet && ParquetRowWriter.ZstandardLack is { } lack
            ? $"Parquet files are compressed with Snappy: Zstandard needs {lack}."
            : null;

    /// <summary>Committed shards to final files, for a job that may not run any more.</summary>
    public static JobPublisher PublisherOf(Job job, IJobStore store) =>
        PublisherOf(store, LayoutOf(job, JobFileLoader.Restore(job.Definition.SpecJson, errorBudget: null)));

    /// <summary>
    /// Refuses an output directory with the results of another job, which publishing would mix with this one's, and one with
    /// a model's results to a job that only echoes.
    /// </summary>
    /// <exception cref="BatchLLMException">The directory has such a receipt.</exception>
    public static async Task CheckOutputAsync(JobSpec spec, CancellationToken cancellationToken)
    {
        var uri = $"{spec.Output.Uri.TrimEnd('/')}/receipt.json";
        if (await ReceiptReader.ReadAsync(Blobs, uri, cancellationToken) is { } receipt
            && (receipt.Name != spec.Name || (spec.Engine == JobSpec.Echo && receipt.Engine != JobSpec.Echo)))
        {
            throw new BatchLLMException(
                $"The output directory {spec.Output.Uri} holds the results of job '{receipt.Name}'" +
                $"{(receipt.Name == spec.Name ? ", which a model computed and an echo would replace" : "")}. " +
                "Choose another with --output, or remove that one.");
        }
    }

    /// <summary>
    /// Types of the carried columns when all inputs are Parquet with the same ones, so that every part gets them whatever
    /// its own rows hold; null to go by the values.
    /// </summary>
    private static async Task<IReadOnlyDictionary<string, RowValueKind>?> KindsAsync(
        Job job, DataFormat output, CancellationToken cancellationToken)
    {
        if (output != DataFormat.Parquet || job.Definition.Inputs.Any(file => file.Format != DataFormat.Parquet))
        {
            return null;
        }

        var kinds = await KindsAsync(job.Definition.Inputs[0].Uri, cancellationToken);
        foreach (var file in job.Definition.Inputs.Skip(1))
        {
            var others = await KindsAsync(file.Uri, cancellationToken);
            if (others.Count != kinds.Count || others.Except(kinds).Any())
            {
                return null;
            }
        }

        return kinds;
    }

    private static async Task<Dictionary<string, RowValueKind>> KindsAsync(string uri, CancellationToken cancellationToken)
    {
        var kinds = new Dictionary<string, RowValueKind>(await new ParquetRowReader(Blobs).KindsAsync(uri, cancellationToken));
        foreach (var name in HivePartitions.Of(uri).Keys)
        {
            kinds[name] = RowValueKind.Text;
        }

        return kinds;
    }

    /// <summary>
    /// What a part says of itself: the job, and the key that the receipt has too. The receipt's own digest cannot stand in a
    /// part, whose digest stands in the receipt.
    /// </summary>
    private static KeyValuePair<string, string?>[] OriginOf(Job job) =>
    [
        new("batchllm.job", job.Id.ToString(CultureInfo.InvariantCulture)),
        new("batchllm.key", job.Definition.Key),
    ];

    /// <summary>Names of a job's files.</summary>
    public static OutputLayout LayoutOf(Job job, JobSpec spec) =>
        new(job.Definition.OutputUri, job.Id, spec.Output.Format) { HasHashes = spec.Incremental is not null };

    /// <summary>What runs a job's canary; null if it has none to run.</summary>
    /// <param name="job">A planned job.</param>
    /// <param name="spec">Its spec.</param>
    /// <param name="store">Durable state.</param>
    /// <param name="model">Its model.</param>
    /// <param name="engine">Tokens to completions.</param>
    public static CanaryRun? CanaryOf(Job job, JobSpec spec, IJobStore store, IJobModel model, IBatchEngine engine) => job.IsCanaryDue
        ? new CanaryRun(
            store, ReaderOf(spec, model, job.CreatedAt), engine, Blobs, LayoutOf(job, spec),
            stream => new CanaryRowWriter(stream, IdColumnOf(spec), spec.Output.TokenIds), spec, TimeProvider.System, CrashHook.Reach)
        : null;

    private static string? IdColumnOf(JobSpec spec) => spec.Prompt.OpenAiBatch ? "custom_id" : spec.IdColumn;

    private static IKnownRows? KnownOf(Job job, OutputLayout layout, IJobStore store) =>
        job.Retries > 0 ? new FormerPart(Blobs, Readers.Of, layout, job.RetryError)
        : job.CanaryRows is null ? null
        : new CanaryRows(Blobs, Readers.Of, layout.Canary, async token => (await store.FindAsync(job.Id, token))?.Canary?.Sha256);

    private static JobPublisher PublisherOf(IJobStore store, OutputLayout layout) =>
        new(store, Blobs, layout, CrashHook.Reach);
}
