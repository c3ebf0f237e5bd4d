using BatchLLM.Blobs.Files;
using BatchLLM.Inference;
using BatchLLM.Jobs;
using BatchLLM.Preflight;
using BatchLLM.Rows;
using BatchLLM.Tests.Blobs;

namespace BatchLLM.Tests.Preflight;

/// <summary>A preflight over rows that exist only while they are read.</summary>
internal sealed class PassSetup : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public string FolderPath => _folder.Path;

    public void Dispose() => _folder.Dispose();

    public PreflightPass NewPass(IFindingWriter findings, long rows, Func<Row, bool, WindowRow> prepare) => new(
        new WindowReader(new FileBlobStore(), _ => new NumberedRows(rows), null, prepare, tokenIds: false, threads: 1),
        new ScratchFile(_folder.Path),
        findings,
        new PreflightOptions(Threads: 4, ShardsPerWindow: 4, Runner: new RunnerLimits(4096, int.MaxValue, 512, 512, KvBlockTokens: 8, KvBlockCount: 4096), SampleRows: 512, Seed: 1));

    public Task<JobPlan> PlanAsync(long rows) =>
        new JobPlanner(
            new FileBlobStore(), _ => new NumberedRows(rows), (_, _) => DataFormat.Jsonl, () => new ScratchFile(_folder.Path))
            .CutAsync(Spec(rowsPerShard: 256), [new InputFile("file:///a", DataFormat.Jsonl, 1, "v")], CancellationToken.None);

    public static JobSpec Spec(int rowsPerShard) => new()
    {
        Name = "a",
        Model = "m",
        Inputs = [],
        IdColumn = "id",
        Prompt = new PromptSpec { Text = "{{id}}" },
        Output = new OutputSpec { Uri = "file:///out" },
        Policies = new PolicySpec { RowsPerShard = rowsPerShard },
    };
}
