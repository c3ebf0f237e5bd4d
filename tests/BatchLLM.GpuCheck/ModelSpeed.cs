using System.Diagnostics;
using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Synthetic;
using BatchLLM.Cuda;
using BatchLLM.Cuda.Devices;
using BatchLLM.CudaTests.Model;
using BatchLLM.Inference;
using BatchLLM.Preflight;

namespace BatchLLM.GpuCheck;

/// <summary>Tokens per second of the true shape of Llama 3.1 8B with random weights: the shape counts, not what it says.</summary>
internal static class ModelSpeed
{
    private const int PromptTokens = 512;
    private const int OutputTokens = 64;
    private const double LeastBusy = 0.95; // kernel time over wall time

    public static IEnumerable<CheckResult> Run(CudaDevice device)
    {
        LlamaShapes.TryFind("llama-3.1-8b", out var config);
        var model = new SyntheticModel(config!, SyntheticPrecision.Fp8, seed: 1);
        var start = Stopwatch.GetTimestamp();
        using var runner = new CudaModelRunner(device, model, new CudaModelRunnerOptions(Kv: KvPrecision.Fp8));
        yield return CheckResult.Measured("Llama 3.1 8B FP8 loaded", Stopwatch.GetElapsedTime(start).TotalSeconds, "s", $"{runner.WeightBytes / 1e9:0.0} GB");
        foreach (var rows in new[] { 64, 256, 1_024 })
        {
            foreach (var result in Measure(runner, rows))
            {
                yield return result;
            }
        }
    }

    private static IEnumerable<CheckResult> Measure(CudaModelRunner runner, int rows)
    {
        List<int[]> prompts = [.. Enumerable.Range(0, rows).Select(row => Enumerable.Range(1, PromptTokens)
            .Select(i => (row * 977 + i * 7919) % runner.Limits.VocabularySize).ToArray())];
        Run(runner, prompts, stepsInFlight: 2); // kernels are loaded and shapes recorded
        var single = Run(runner, prompts, stepsInFlight: 1);
        var ahead = Run(runner, prompts, stepsInFlight: 2);
        var mixed = Array.FindAll(ahead.Steps, step => step.PromptPositions > 0);
        var outputs = Array.FindAll(ahead.Steps, step => step.PromptPositions == 0);
        yield return CheckResult.Measured($"{rows} rows: steps with prompts of {PromptTokens}", Rate(mixed), "tokens/s");
        yield return CheckResult.Measured($"{rows} rows: steps of output tokens alone", Rate(outputs), "tokens/s");
        yield return CheckResult.Measured($"{rows} rows: the GPU is busy, steps one at a time", Busy(single) * 100, "%");
        yield return new CheckResult(
            $"{rows} rows: the GPU is busy, steps begun ahead", Busy(ahead) >= LeastBusy, Busy(ahead) * 100, "%", $"at least {LeastBusy:P0}");
    }

    private static (StepTiming[] Steps, double Seconds) Run(CudaModelRunner runner, List<int[]> prompts, int stepsInFlight)
    {
        using var meter = new MeteredRunner(new LentRunner(runner, stepsInFlight), prompts.Count, prompts.Count);
        var start = Stopwatch.GetTimestamp();
        Completion.Of(meter, prompts, new SamplingParameters { MaxTokens = OutputTokens });
        return (meter.Steps.ToArray(), Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private static double Rate(StepTiming[] steps) =>
        steps.Sum(step => step.PromptPositions + step.DecodePositions) / steps.Sum(step => step.Seconds);

    private static double Busy((StepTiming[] Steps, double Seconds) run) => run.Steps.Sum(step => step.Seconds) / run.Seconds;
}
