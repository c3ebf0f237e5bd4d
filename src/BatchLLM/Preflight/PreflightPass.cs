using BatchLLM.Jobs;
using BatchLLM.Prompts;
using BatchLLM.Rows;

namespace BatchLLM.Preflight;

/// <summary>
/// Reads and tokenizes every row of a plan and runs nothing. Shards are in work on all threads while their rows are
/// counted in input order here; memory does not grow with the rows. Used once.
/// </summary>
/// <param name="reader">Blob to rows to prompts to tokens, the same as when the job runs.</param>
/// <param name="scratch">Where rows are set aside to be compared.</param>
/// <param name="findings">Takes every row that would fail, is cut, or is like another.</param>
/// <param name="options">Sizes.</param>
public sealed class PreflightPass(
    WindowReader reader, IScratch scratch, IFindingWriter findings, PreflightOptions options)
{
    private readonly RowSample _sample = new(options.SampleRows, new SeededBits(options.Seed));

    /// <summary>Rows, by what would become of them.</summary>
    public RowTally Rows { get; } = new();

    /// <summary>Rows that are like another.</summary>
    public DuplicateTally Duplicates { get; } = new();

    /// <summary>What windows share.</summary>
    public SharingTally Sharing { get; } = new(options.Runner);

    /// <summary>Ready rows drawn at random.</summary>
    public IReadOnlyList<Inference.InferenceRequest> Sample => _sample.Rows;

    /// <summary>Runs the pass.</summary>
    /// <param name="plan">The job's shards.</param>
    /// <param name="progress">Counts rows as they are tokenized.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="BatchLLMException">A file is damaged beyond single rows, or there is no room.</exception>
    public async Task RunAsync(JobPlan plan, PreflightProgress progress, CancellationToken cancellationToken)
    {
        var duplicates = new DuplicateFinder(scratch, plan.RowCount);
        var shard = 0;
        await foreach (var rows in new ShardStream(reader, options.Threads).ReadAsync(plan, cancellationToken))
        {
            await AddAsync(rows, plan.Shards[shard++].FileIndex, duplicates, cancellationToken);
            if (shard % options.ShardsPerWindow == 0 || shard == plan.Shards.Count)
            {
                Sharing.EndWindow();
            }

            progress.Add(rows.Count);
        }

        await FindDuplicatesAsync(plan, duplicates, cancellationToken);
    }

    private async ValueTask AddAsync(
        IReadOnlyList<WindowRow> rows, int file, DuplicateFinder duplicates, CancellationToken cancellationToken)
    {
        foreach (var row in rows)
        {
            Rows.Add(row);
            if (row.Error is null)
            {
                AddReady(row, file, duplicates);
            }

            if (row.Error is not null || row.Overlong is not null)
            {
                await findings.WriteAsync(new Finding(row.Location, row.Error, row.Overlong, First: null), cancellationToken);
            }
        }
    }

    private void AddReady(WindowRow row, int file, DuplicateFinder duplicates)
    {
        var (location, tokens, sampling) = (row.Location, row.PromptTokens!, row.Sampling!);
        var key = RowKey.Compute(file, location.RowNumber);
        var (high, low) = PromptDigest.Of(tokens, sampling);
        duplicates.Add(new KeyedRow(
            high, low, location.RowNumber, location.LineNumber ?? 0, file, tokens.Length, sampling.IsGreedy));
        _sample.Offer(key, tokens, sampling);
        Sharing.Add(key, tokens, sampling, row.ContinuesText);
    }

    private async Task FindDuplicatesAsync(JobPlan plan, DuplicateFinder duplicates, CancellationToken cancellationToken)
    {
        foreach (var (row, first) in duplicates.Find())
        {
            var (rowAt, firstAt) = (LocationOf(plan, row), LocationOf(plan, first));
            Duplicates.Add(row, first, rowAt, firstAt);
            await findings.WriteAsync(new Finding(rowAt, Error: null, Overlong: null, firstAt), cancellationToken);
        }
    }

    private static RowLocation LocationOf(JobPlan plan, in KeyedRow row) =>
        new(plan.Inputs[row.File].Uri, row.Row, row.Line == 0 ? null : row.Line);
}
