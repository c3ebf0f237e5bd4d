using System.Diagnostics;
using BatchLLM.Checkpoints;
using BatchLLM.Engine.Compare;
using BatchLLM.Host.Display;
using BatchLLM.Host.Jobs;

namespace BatchLLM.Host.Compare;

/// <summary>Reads prompts, runs both models on them and sums up.</summary>
/// <param name="a">The reference.</param>
/// <param name="b">The other model.</param>
/// <param name="terminal">Where progress is shown.</param>
internal sealed class CheckpointComparison(ComparedModel a, ComparedModel b, Terminal terminal)
{
    /// <summary>Compares the models.</summary>
    /// <exception cref="BatchLLMException">The vocabularies differ, or no row can be compared.</exception>
    public async Task<CompareOutput> RunAsync(PromptSource source, CancellationToken cancellationToken)
    {
        VocabularyCheck.RequireSame(a.Loaded, b.Loaded);
        var plan = await JobAssembly.Planner.PlanAsync(source.Spec, cancellationToken);
        var stopTokens = a.Loaded.StopTokenIds.Concat(b.Loaded.StopTokenIds).ToHashSet();
        var (runnerOfA, runnerOfB) = (a.OpenRunner(), b.OpenRunner());
        var memory = (runnerOfA.WeightBytes, runnerOfB.WeightBytes);
        await using var pair = new PairRun(runnerOfA, runnerOfB, a.Loaded.Tokenizer, stopTokens);
        var reader = JobAssembly.ReaderOf(source.Spec, a.Loaded, DateTimeOffset.UtcNow, pair.Lockstep.ContextLength);
        var rowCount = Math.Min(plan.RowCount, source.MaxRows ?? long.MaxValue);
        var run = new PromptRun(pair, reader, source, a.Loaded.Tokenizer, rowCount);
        var start = Stopwatch.GetTimestamp();
        var progress = new ProgressReader("compare", run.Progress, TimeProvider.System);
        var work = run.RunAsync(plan, cancellationToken);
        await terminal.Progress().ShowAsync(progress.Read, work, TimeProvider.System);
        await work;
        return Output(run, pair.Lockstep, memory, Stopwatch.GetElapsedTime(start));
    }

    private CompareOutput Output(
        PromptRun run, LockstepRun lockstep, (long OfA, long OfB) memory, TimeSpan elapsed) => new(
        Output(a, memory.OfA, lockstep.ComputedTokens / lockstep.TimeOfA.TotalSeconds, run.AccuracyOfA.Result()),
        Output(b, memory.OfB, lockstep.ComputedTokens / lockstep.TimeOfB.TotalSeconds, run.AccuracyOfB.Result()),
        run.Rows(),
        run.Agreement.Result(),
        Math.Round(elapsed.TotalSeconds, 3));

    private static ComparedModelOutput Output(
        ComparedModel model, long memoryBytes, double tokensPerSecond, Accuracy? accuracy) => new(
        model.Loaded.Path,
        model.Loaded.Quantization.Label,
        model.Numerics.Name(),
        model.Kv.Name(),
        model.DiskBytes,
        memoryBytes,
        Math.Round(tokensPerSecond, 1),
        accuracy);
}
