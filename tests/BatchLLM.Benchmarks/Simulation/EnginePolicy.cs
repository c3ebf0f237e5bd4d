using BatchLLM.Benchmarks.Workloads;
using BatchLLM.Inference;
using BatchLLM.Planning;

namespace BatchLLM.Benchmarks.Simulation;

/// <summary>BatchLLM's own planning: the product's engine, whole, over a runner that only counts.</summary>
/// <param name="before">
/// A window that the engine runs first, to learn how long completions get; its steps do not count. Null: it knows nothing but
/// what it learns from a sample of the window itself.
/// </param>
/// <param name="windows">In how many windows of equal size the rows come, as a job's do; each begins in the tail of the last.</param>
internal sealed class EnginePolicy(Workload? before = null, int windows = 1) : IPolicy
{
    /// <inheritdoc/>
    public string Name => windows > 1 ? $"planned in {windows}" : before is null ? "planned" : "planned, learnt";

    /// <inheritdoc/>
    public List<StepRecord> Run(Workload workload, Device device)
    {
        var lengths = new OutputLengths();
        if (before is not null)
        {
            RunAsync(before, device, lengths, 1).GetAwaiter().GetResult();
        }

        return RunAsync(workload, device, lengths, windows).GetAwaiter().GetResult();
    }

    private static async Task<List<StepRecord>> RunAsync(Workload workload, Device device, OutputLengths lengths, int windows)
    {
        var runner = new SimulatedRunner(workload, device);
        var stopTokens = new HashSet<int> { SimulatedRunner.StopToken };
        var waiting = new WaitingNote(runner.Records);
        await using var engine = new LocalBatchEngine(runner, new TextlessTokenizer(Workload.VocabularySize), stopTokens, waiting, lengths);
        var size = (workload.Rows.Length + windows - 1) / windows;
        await Task.WhenAll(workload.Rows.Chunk(size).Select(rows => RunWindowAsync(engine, workload, rows)));
        return runner.Records;
    }

    private static async Task RunWindowAsync(LocalBatchEngine engine, Workload workload, InferenceRequest[] window)
    {
        await foreach (var generation in engine.RunAsync(window, CancellationToken.None))
        {
            Check(workload, generation);
        }
    }

    // A row lost, refused or cut short would make every figure of the run worthless.
    private static void Check(Workload workload, Generation generation)
    {
        if (generation.Error is { } error)
        {
            throw new InvalidOperationException($"Row {generation.Index} of '{workload.Name}' failed: {error.Message}.");
        }

        if (generation.CompletionTokens != workload.OutputTokens(generation.Index))
        {
            throw new InvalidOperationException(
                $"Row {generation.Index} of '{workload.Name}' generated {generation.CompletionTokens} tokens; "
                + $"expected {workload.OutputTokens(generation.Index)}.");
        }
    }

    // The engine reports each step right after the runner has noted it, on the same thread.
    private sealed class WaitingNote(List<StepRecord> records) : IProgress<StepReport>
    {
        public void Report(StepReport value) => records[^1] = records[^1] with { Waiting = value.Waiting };
    }
}
