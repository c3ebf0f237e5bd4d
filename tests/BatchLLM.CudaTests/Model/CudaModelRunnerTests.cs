using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Synthetic;
using BatchLLM.Cuda;
using BatchLLM.CudaTests.Emulation;
using BatchLLM.Engine;
using BatchLLM.Inference;
using BatchLLM.Planning;
using BatchLLM.Tokens;
using Xunit;

namespace BatchLLM.CudaTests.Model;

/// <summary>Whole forward passes on the emulated device against the CPU's engine.</summary>
public sealed class CudaModelRunnerTests
{
    private const int MaxTokens = 24;

    private static readonly int[] PromptLengths = [1, 5, 33, 130];

    // Products come out as BF16 with 8 bits: each adds up to 2^-9 of its size to a residual that the CPU keeps in float32,
    // seven times a layer. Random directions give sqrt(7 layers) 2^-9 = 0.9 % of the logits here; the limit is thrice that.
    private const double LogitTolerance = 0.027;

    /// <summary>Each way that linear layers are computed in, with a KV cache.</summary>
    public static TheoryData<SyntheticPrecision, Numerics, KvPrecision> Precisions => new()
    {
        { SyntheticPrecision.Bf16, Numerics.Bf16, KvPrecision.Bf16 },
        { SyntheticPrecision.Bf16, Numerics.Bf16, KvPrecision.Fp8 },
        { SyntheticPrecision.F32, Numerics.Bf16, KvPrecision.Bf16 },
        { SyntheticPrecision.Fp8, Numerics.W8A8Static, KvPrecision.Fp8 },
        { SyntheticPrecision.Fp8, Numerics.W8A8Dynamic, KvPrecision.Bf16 },
        { SyntheticPrecision.Fp8, Numerics.Bf16, KvPrecision.Bf16 },
        { SyntheticPrecision.Int8, Numerics.W8A8Int8, KvPrecision.Bf16 },
        { SyntheticPrecision.Int8, Numerics.Bf16, KvPrecision.Fp8 },
        { SyntheticPrecision.Nvfp4, Numerics.W4A16, KvPrecision.Bf16 },
        { SyntheticPrecision.Int4, Numerics.W4A16, KvPrecision.Bf16 },
    };

    private static CudaModelRunnerOptions Options(Numerics? numerics, KvPrecision? kv) =>
        new(StepTokens: 64, StepSequences: 8, KvBlockTokens: 32, KvBytes: 8 << 20, numerics, kv);

    private static CpuModelRunnerOptions CpuOptions(Numerics? numerics, KvPrecision? kv) =>
        new(Threads: 1, StepTokens: 64, StepSequences: 8, KvBlockTokens: 32, KvBytes: 8 << 20, numerics, kv);

    private static int[] Prompt(int length, int vocabulary) => [.. Enumerable.Range(1, length).Select(i => i * 7919 % vocabulary)];

    private static int[][] Complete(IModelRunner runner, IReadOnlyList<int[]> prompts, Func<int> chunk, SamplingParameters? sampling = null)
    {
        var driver = new RunnerDriver(runner);
        List<Sequence> sequences = [.. prompts.Select((prompt, i) => driver.Add(prompt, MaxTokens, sampling, rowKey: (ulong)i))];
        driver.RunAll(sequences, chunk);
        return [.. sequences.Select(s => s.Generated.ToArray())];
    }

    [Theory]
    [MemberData(nameof(Precisions))]
    public void Completions_are_those_of_the_CPU(SyntheticPrecision precision, Numerics numerics, KvPrecision kv)
    {
        var model = TestModels.Random(precision, seed: 1);
        using var device = new EmulatedDevice();
        using var gpu = new CudaModelRunner(device, model, Options(numerics, kv));
        using var cpu = new CpuModelRunner(model, CpuOptions(numerics, kv));
        int[][] prompts = [.. PromptLengths.Select(length => Prompt(length, model.Config.VocabularySize))];

        Assert.Equal(Complete(cpu, prompts, () => 40), Complete(gpu, prompts, () => 40));
    }

    [Theory]
    [MemberData(nameof(Precisions))]
    public void Logits_are_those_of_the_CPU(SyntheticPrecision precision, Numerics numerics, KvPrecision kv)
    {
        var model = TestModels.Random(precision, seed: 2);
        using var device = new EmulatedDevice(seed: 3);
        using var gpu = new CudaModelRunner(device, model, Options(numerics, kv));
        using var cpu = new CpuModelRunner(model, CpuOptions(numerics, kv));
        foreach (var length in new[] { 1, 17, 50 })
        {
            var (expected, actual) = (Logits(cpu, cpu.ChoiceLogits, length), Logits(gpu, gpu.ChoiceLogits, length));
            var error = Math.Sqrt(expected.Zip(actual, (e, a) => Math.Pow(e - a, 2)).Sum() / expected.Sum(e => (double)e * e));
            Assert.True(error < LogitTolerance, $"{length} positions: {error:P3} of the logits.");
        }
    }

    private delegate ReadOnlySpan<float> LogitsOf(int choice);

    private static float[] Logits(IModelRunner runner, LogitsOf logits, int length)
    {
        var driver = new RunnerDriver(runner);
        var sequence = driver.Add(Prompt(length, runner.Limits.VocabularySize), 1);
        driver.Run((sequence, length));
        return logits(0).ToArray();
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData(Numerics.Bf16, KvPrecision.Fp8)]
    public void The_demo_completes_its_tickets_as_on_the_CPU(Numerics? numerics, KvPrecision? kv)
    {
        using var model = ModelDirectory.Open(TestModels.Demo);
        var tokenizer = TokenizerJson.Load(File.ReadAllBytes(Path.Combine(TestModels.Demo, "tokenizer.json")), "tokenizer.json");
        var prompts = File.ReadLines(Path.Combine(Checkout.Root, "jobs/demo/heldout/tickets.jsonl")).Take(4)
            .Select(line => tokenizer.Encode(new PromptText(line, [])).Take(90).ToArray()).ToArray();
        using var device = new EmulatedDevice();
        using var gpu = new CudaModelRunner(device, model, Options(numerics, kv));
        using var cpu = new CpuModelRunner(model, CpuOptions(numerics, kv ?? KvPrecision.Bf16));

        Assert.Equal(Complete(cpu, prompts, () => 40), Complete(gpu, prompts, () => 40));
    }

    [Theory]
    [MemberData(nameof(Precisions))]
    public void Tokens_do_not_depend_on_how_steps_are_cut_nor_on_the_order_of_warps(
        SyntheticPrecision precision, Numerics numerics, KvPrecision kv)
    {
        var model = TestModels.Random(precision, seed: 4);
        int[][] prompts = [.. PromptLengths.Select(length => Prompt(length, model.Config.VocabularySize))];
        var sampling = new SamplingParameters { Temperature = 1.5, TopP = 0.95, Seed = 5, RepetitionPenalty = 1.1 };
        var random = new Random(6);
        using var device = new EmulatedDevice();
        using var other = new EmulatedDevice(seed: 7);
        using var one = new CudaModelRunner(device, model, Options(numerics, kv));
        using var two = new CudaModelRunner(other, model, Options(numerics, kv));

        var together = Complete(one, prompts, () => 64, sampling);
        var cut = Complete(two, prompts, () => random.Next(1, 20), sampling);

        Assert.Equal(together, cut);
        Assert.Equal(together[2], CompleteAlone(one, prompts[2], rowKey: 2, sampling));
    }

    private static int[] CompleteAlone(IModelRunner runner, int[] prompt, ulong rowKey, SamplingParameters sampling)
    {
        var driver = new RunnerDriver(runner);
        var sequence = driver.Add(prompt, MaxTokens, sampling, rowKey);
        driver.RunAll([sequence], () => 64);
        return sequence.Generated.ToArray();
    }
}
