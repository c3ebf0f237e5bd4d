using System.Diagnostics;
using System.Globalization;
using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Synthetic;
using BatchLLM.Engine.Limits;

namespace BatchLLM.Host.Bench;

/// <summary>Measures the machine, makes the model up, and runs the combinations one after another.</summary>
/// <param name="request">What to measure.</param>
/// <param name="terminal">Told of each finished combination.</param>
internal sealed class BenchRun(BenchRequest request, Terminal terminal)
{
    private const ulong Seed = 1;

    private const int WarmUpTokens = 16;

    // Long enough for every path of a step to be compiled for good, on models whose steps are short.
    private static readonly TimeSpan WarmUpTime = TimeSpan.FromSeconds(1);

    /// <summary>Runs.</summary>
    /// <exception cref="BatchLLMException">The model does not fit the memory, or cannot be computed as asked.</exception>
    public BenchOutput Run(CancellationToken cancellationToken)
    {
        var model = new SyntheticModel(request.Config, request.Precision, Seed);
        using var target = BenchTarget.Open(request, model);
        var unmeasured = new BenchOutput(
            request.Shape,
            request.Precision.Name(),
            target.Numerics.Name(),
            target.Kv.Name(),
            target.Device,
            target.Instructions,
            Parameters(model),
            target.WeightBytes,
            target.LoadTime.TotalSeconds,
            Environment.WorkingSet,
            target.Limits,
            target.Limits,
            []);
        return Measure(unmeasured, target, model, cancellationToken);
    }

    private BenchOutput Measure(BenchOutput unmeasured, BenchTarget target, SyntheticModel model, CancellationToken cancellationToken)
    {
        var work = new StepWork(model.Config, [.. model.Linears], model.EmbeddingType, target.Kv);
        var limits = target.Limits is { } machine ? BenchLimits.Of(machine, target.Numerics) : null;
        var steps = new BenchSteps(target.Runner, target.Times, work, limits, cancellationToken);
        WarmUp(steps);
        var results = request.Combinations.Select(combination => Measure(combination, steps)).ToList();
        return unmeasured with
        {
            PeakResidentBytes = Math.Max(unmeasured.PeakResidentBytes, results.Max(r => r.ResidentBytes)),
            LimitsAfter = target.Limits is null ? null : MachineLimits.Measure(request.Threads),
            Results = results,
            VaryingProducts = target.VaryingProducts,
        };
    }

    private void WarmUp(BenchSteps steps)
    {
        var first = request.Combinations[0];
        var short_ = new BenchCombination(
            Math.Min(first.Prompt, WarmUpTokens), Math.Min(first.Output, WarmUpTokens), Batch: 1, Shared: 0, Group: 1);
        var start = Stopwatch.GetTimestamp();
        do
        {
            Lockstep(short_, steps);
        }
        while (Stopwatch.GetElapsedTime(start) < WarmUpTime);
    }

    private BenchResult Measure(BenchCombination combination, BenchSteps steps)
    {
        var (prompts, outputs) = combination.Shared == 0 ? Lockstep(combination, steps) : default;
        var mixed = new MixedRun(steps).Run(BenchSequences.Make(combination, steps.Limits), combination);
        var result = new BenchResult(
            combination,
            prompts,
            outputs,
            prompts is null ? null : combination.Tokens / (prompts.Seconds + outputs!.Seconds),
            mixed,
            Environment.WorkingSet);
        terminal.Text.WriteLine(Line(result));
        return result;
    }

    private static (BenchPhase Prompts, BenchPhase Outputs) Lockstep(BenchCombination combination, BenchSteps steps) =>
        new LockstepRun(steps).Run(BenchSequences.Make(combination, steps.Limits), combination);

    private static string Line(BenchResult result) => string.Create(
        CultureInfo.InvariantCulture,
        $"{result.Combination.Batch} x {result.Combination.Prompt} + {result.Combination.Output} tokens: " +
        $"{result.Mixed.TokensPerSecond:N1} tokens/s in {result.Mixed.Steps:N0} steps");

    private static long Parameters(SyntheticModel model)
    {
        var linears = model.Linears.Where(l => l.Name != LlamaTensors.HeadModule || !model.Config.TiesEmbeddings);
        var norms = (2L * model.Config.LayerCount + 1) * model.Config.HiddenSize;
        return linears.Sum(l => (long)l.OutputCount * l.InputCount) + model.Tensor(LlamaTensors.Embedding).ElementCount + norms;
    }
}
