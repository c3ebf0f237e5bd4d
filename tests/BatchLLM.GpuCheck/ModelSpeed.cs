using System.Diagnostics;
using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Synthetic;
using BatchLLM.Cuda;
using BatchLLM.Cuda.Devices;
using BatchLLM.Inference;

namespace BatchLLM.GpuCheck;

/// <summary>Tokens per second of the true shape of Llama 3.1 8B with random weights: the shape counts, not what it says.</summary>
internal static class ModelSpeed
{
    private const int PromptTokens = 512;
    private const int OutputTokens = 64;

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
        var prompts = Enumerable.Range(0, rows).Select(row => Enumerable.Range(1, PromptTokens)
            .Select(i => (row * 977 + i * 7919) % runner.Limits.VocabularySize).ToArray()).ToList();
        var (prompt, promptSeconds, output, outputSeconds) = (0L, 0.0, 0L, 0.0);
        var last = Stopwatch.GetTimestamp();
        Completion.Of(runner, prompts, new SamplingParameters { MaxTokens = OutputTokens }, step =>
        {
            var seconds = Stopwatch.GetElapsedTime(last).TotalSeconds;
            last = Stopwatch.GetTimestamp();
            if (step.TokenCount == step.Slices.Count)
            {
                (output, outputSeconds) = (output + step.TokenCount, outputSeconds + seconds);
            }
            else
            {
                (prompt, promptSeconds) = (prompt + step.TokenCount, promptSeconds + seconds);
            }
        });
        yield return CheckResult.Measured($"{rows} rows: steps with prompts of {PromptTokens}", prompt / promptSeconds, "tokens/s");
        yield return CheckResult.Measured($"{rows} rows: steps of output tokens alone", output / outputSeconds, "tokens/s");
    }
}
