using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Synthetic;
using BatchLLM.Cuda;
using BatchLLM.Cuda.Devices;
using BatchLLM.Engine;
using BatchLLM.Inference;

namespace BatchLLM.GpuCheck;

/// <summary>
/// Whether whole completions are those of the CPU's engine, in every precision, greedy and drawn; and whether a row's do not
/// depend on its neighbours, nor on whether a step is begun before the tokens of the last are known.
/// </summary>
internal static class EqualityCheck
{
    private const int Rows = 48;
    private const int MaxTokens = 24;

    // Random weights have near ties, where the last bits of a product decide, and from there on a completion goes its own way.
    private const double LeastAgreement = 0.9;

    private static readonly (SyntheticPrecision Precision, Numerics Numerics, KvPrecision Kv)[] Cases =
    [
        (SyntheticPrecision.Bf16, Numerics.Bf16, KvPrecision.Bf16),
        (SyntheticPrecision.Bf16, Numerics.Bf16, KvPrecision.Fp8),
        (SyntheticPrecision.Fp8, Numerics.W8A8Static, KvPrecision.Fp8),
        (SyntheticPrecision.Fp8, Numerics.W8A8Dynamic, KvPrecision.Bf16),
        (SyntheticPrecision.Int8, Numerics.W8A8Int8, KvPrecision.Bf16),
        (SyntheticPrecision.Nvfp4, Numerics.W4A16, KvPrecision.Fp8),
        (SyntheticPrecision.Int4, Numerics.W4A16, KvPrecision.Bf16),
    ];

    public static IEnumerable<CheckResult> Run(CudaDevice device)
    {
        LlamaShapes.TryFind("tiny", out var config);
        foreach (var (precision, numerics, kv) in Cases)
        {
            var model = new SyntheticModel(config!, precision, seed: 1);
            using var gpu = new CudaModelRunner(device, model, new CudaModelRunnerOptions(512, 64, KvBytes: 256 << 20, Numerics: numerics, Kv: kv));
            using var cpu = new CpuModelRunner(model, new CpuModelRunnerOptions(
                Environment.ProcessorCount, 512, 64, KvBlockTokens: 64, KvBytes: 256 << 20, numerics, kv));
            var name = $"{precision} {numerics.Name()}, KV cache {kv.Name()}";
            foreach (var temperature in new[] { 0.0, 0.8 })
            {
                yield return Compare($"{name}, temperature {temperature}", cpu, gpu, temperature);
            }

            yield return Alone(name, gpu);
            yield return Ahead($"{name}, as recorded", gpu, Sampling(0.8) with { RepetitionPenalty = 1 });
            yield return Ahead($"{name}, with penalties", gpu, Sampling(0.8));
        }
    }

    private static CheckResult Compare(string name, IModelRunner cpu, IModelRunner gpu, double temperature)
    {
        var sampling = Sampling(temperature);
        var (expected, actual) = (Completion.Of(cpu, Prompts(cpu), sampling), Completion.Of(gpu, Prompts(gpu), sampling));
        var same = expected.Zip(actual).Sum(row => row.First.Zip(row.Second).TakeWhile(pair => pair.First == pair.Second).Count());
        var share = same / (double)(Rows * MaxTokens);
        return new CheckResult($"{name}: tokens until the first other one", share >= LeastAgreement, share * 100, "%", $"of {Rows * MaxTokens}");
    }

    private static CheckResult Alone(string name, IModelRunner gpu)
    {
        var sampling = Sampling(0);
        var together = Completion.Of(gpu, Prompts(gpu), sampling);
        var same = Enumerable.Range(0, 4).All(i => Completion.Of(gpu, [Prompts(gpu)[i]], sampling)[0].SequenceEqual(together[i]));
        return CheckResult.Of($"{name}: rows alone and together", same, "");
    }

    private static CheckResult Ahead(string name, IModelRunner gpu, SamplingParameters sampling)
    {
        var (single, ahead) = (Completion.Of(gpu, Prompts(gpu), sampling, stepsInFlight: 1), Completion.Of(gpu, Prompts(gpu), sampling));
        return CheckResult.Of($"{name}: steps one at a time and begun ahead", single.Zip(ahead).All(row => row.First.SequenceEqual(row.Second)), "");
    }

    private static SamplingParameters Sampling(double temperature) =>
        new() { MaxTokens = MaxTokens, Temperature = temperature, TopP = 0.9, TopK = 50, Seed = 7, RepetitionPenalty = 1.1 };

    private static List<int[]> Prompts(IModelRunner runner) =>
        [.. Enumerable.Range(0, Rows).Select(row => Enumerable.Range(1, 1 + row * 7).Select(i => (row * 31 + i * 7919) % runner.Limits.VocabularySize).ToArray())];
}
