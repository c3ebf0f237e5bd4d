using BatchLLM.Benchmarks.Workloads;
using BatchLLM.Inference;
using BatchLLM.Planning;

namespace BatchLLM.Benchmarks.Simulation;

/// <summary>BatchLLM's own planning: the product's engine, whole, over a runner that only counts.</summary>
/// <param name="before">
/// A window that the engine runs first, to learn how long completions get; its steps do not count. Null: it knows nothing but
/// what it learns from a sample of the window itself.
/// </param>
internal sealed class EnginePolicy(Workload? before = null) : IPolicy
{
    /// <inheritdoc/>
    public string Name => before is null ? "planned" : "planned, learnt";

    /// <inheritdoc/>
    public List<StepRecord> Run(Workload workload, Device device)
    {
        var lengths = new OutputLengths();
        if (before is not null)
        {
            RunAsync(before, device, lengths).GetAwaiter().GetResult();
        }

        return RunAsync(workload, device, lengths).GetAwaiter().GetResult();
    }

    private static async Task<List<StepRecord>> RunAsync(Workload workload, Device device, OutputLengths lengths)
    {
        var runner = new SimulatedRunner(workload, device);
        var stopTokens = new HashSet<int> { SimulatedRunner.StopToken };
        var waiting = new WaitingNote(runner.Records);
        await using var engine = new LocalBatchEngine(runner, new TextlessTokenizer(), stopTokens, waiting, lengths);
        await foreach (var generation in engine.RunAsync(workload.Rows, CancellationToken.None))
        {
            Check(workload, generation);
        }

        return runner.Records;
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
