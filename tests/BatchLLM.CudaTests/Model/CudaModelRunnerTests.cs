using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Synthetic;
using BatchLLM.Cuda;
using BatchLLM.CudaTests.Emulation;
using BatchLLM.Engine;
using BatchLLM.GpuCheck.Parts;
using BatchLLM.Inference;
using BatchLLM.Planning;
using Xunit;

namespace BatchLLM.CudaTests.Model;

/// <summary>Whole forward passes on the emulated device against the CPU's engine.</summary>
public sealed class CudaModelRunnerTests
{
    private const int MaxTokens = 24;

    private static readonly int[] PromptLengths = [1, 5, 33, 130];

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

    /// <summary>With the one whose difference to the CPU is as large as a rounding's own (<see cref="BlockScaledRunnerTests"/>).</summary>
    public static TheoryData<SyntheticPrecision, Numerics, KvPrecision> AllPrecisions =>
        [.. Precisions, (SyntheticPrecision.Nvfp4, Numerics.W4A4Emulated, KvPrecision.Bf16)];

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

    // In lockstep, since a completion of random weights meets near ties, and goes its own way behind the first.
    [Theory]
    [MemberData(nameof(Precisions))]
    public void Greedy_tokens_are_those_of_the_CPU_but_where_its_own_logits_are_as_good_as_equal(
        SyntheticPrecision precision, Numerics numerics, KvPrecision kv)
    {
        var model = TestModels.Random(precision, seed: 1);
        using var device = new EmulatedDevice();
        using var gpu = new CudaModelRunner(device, model, Options(numerics, kv));
        using var cpu = new CpuModelRunner(model, CpuOptions(numerics, kv));
        var others = PromptLengths.Sum(length => Lockstep(cpu, gpu, Prompt(length, model.Config.VocabularySize), LogitTolerance.Of(numerics, kv)));
        Assert.InRange(others, 0, PromptLengths.Length * MaxTokens / 8);
    }

    // The number of tokens that differ. Errors of two logits add up to sqrt(2) of one's; thrice that is hardly ever reached.
    private static int Lockstep(CpuModelRunner cpu, CudaModelRunner gpu, int[] prompt, double tolerance)
    {
        var (one, other) = (new RunnerDriver(cpu), new RunnerDriver(gpu));
        var (expected, actual) = (one.Add(prompt, MaxTokens), other.Add(prompt, MaxTokens));
        var others = 0;
        for (var i = 0; i < MaxTokens; i++)
        {
            while (expected.PendingCount > 64)
            {
                one.Choose((expected, 64));
                other.Choose((actual, 64));
            }

            var wanted = one.Choose((expected, expected.PendingCount))[0];
            var found = other.Choose((actual, actual.PendingCount))[0];
            var logits = cpu.ChoiceLogits(0).ToArray();
            var scale = Math.Sqrt(logits.Sum(l => (double)l * l) / logits.Length);
            Assert.True(
                logits[wanted] - logits[found] <= 3 * Math.Sqrt(2) * tolerance * scale,
                $"prompt of {prompt.Length}, token {i}: {wanted} has {logits[wanted]}, {found} has {logits[found]}.");
            others += wanted == found ? 0 : 1;
            expected.Append(wanted);
            actual.Append(wanted);
        }

        return others;
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
            Assert.True(error < LogitTolerance.Of(numerics, kv), $"{length} positions: {error:P3} of the logits.");
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

    // Codes or BF16 are the same weights, and the device's memory decides; both orders of addition must be near the CPU's.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void NVFP4_weights_may_stay_codes_or_become_BF16(bool keepsCodes)
    {
        var model = TestModels.Random(SyntheticPrecision.Nvfp4, seed: 5);
        using var device = new EmulatedDevice();
        using var gpu = new CudaModelRunner(device, model, Options(null, null) with { KeepsNvfp4Codes = keepsCodes });
        using var other = new CudaModelRunner(device, model, Options(null, null) with { KeepsNvfp4Codes = !keepsCodes });
        using var cpu = new CpuModelRunner(model, CpuOptions(null, KvPrecision.Bf16));

        Assert.Equal(keepsCodes, gpu.WeightBytes < other.WeightBytes);
        Assert.InRange(Lockstep(cpu, gpu, Prompt(33, model.Config.VocabularySize), LogitTolerance.Of(Numerics.W4A16, KvPrecision.Bf16)), 0, MaxTokens / 8);
    }

    [Fact]
    public void Factors_on_inputs_leave_the_weights_codes()
    {
        var plain = TestModels.Random(SyntheticPrecision.Int4, seed: 1);
        var model = new FactoredModel(plain);
        using var device = new EmulatedDevice();
        using var gpu = new CudaModelRunner(device, model, Options(null, null));
        using var other = new CudaModelRunner(device, plain, Options(null, null));
        using var cpu = new CpuModelRunner(model, CpuOptions(null, KvPrecision.Bf16));

        Assert.InRange(gpu.WeightBytes, other.WeightBytes, other.WeightBytes * 1.05);
        Assert.InRange(Lockstep(cpu, gpu, Prompt(33, model.Config.VocabularySize), LogitTolerance.Of(Numerics.Bf16, KvPrecision.Bf16)), 0, MaxTokens / 8);
    }

    [Fact]
    public void The_demo_completes_its_tickets_as_on_the_CPU()
    {
        using var model = ModelDirectory.Open(TestModels.Demo);
        using var device = new EmulatedDevice();
        using var gpu = new CudaModelRunner(device, model, Options(null, null));
        using var cpu = new CpuModelRunner(model, CpuOptions(null, KvPrecision.Bf16));
        var prompts = TestModels.DemoPrompts(6);

        Assert.Equal(Complete(cpu, prompts, () => 40), Complete(gpu, prompts, () => 40));
    }

    [Fact]
    public void Recorded_steps_choose_what_the_same_steps_choose_as_they_are()
    {
        var model = TestModels.Random(SyntheticPrecision.Fp8, seed: 8);
        var sampling = new SamplingParameters { Temperature = 1.2, TopK = 40, Seed = 3 };
        int[][] prompts = [.. PromptLengths.Select(length => Prompt(length, model.Config.VocabularySize))];
        using var device = new EmulatedDevice();
        using var recording = new CudaModelRunner(device, model, Options(null, null));
        using var plain = new CudaModelRunner(device, model, Options(null, null));

        var recorded = Complete(recording, prompts, () => 64, sampling);
        var never = prompts.Select((prompt, row) => CompleteWithPenalty(plain, prompt, (ulong)row, sampling)).ToArray();

        Assert.InRange(recording.RecordedSteps, 1, 10);
        Assert.Equal(0, plain.RecordedSteps);
        Assert.Equal(never, recorded);
    }

    // A penalty too small to change a logit keeps a step from being recorded.
    private static int[] CompleteWithPenalty(IModelRunner runner, int[] prompt, ulong rowKey, SamplingParameters sampling) =>
        CompleteAlone(runner, prompt, rowKey, sampling with { PresencePenalty = 1e-30 });

    [Theory]
    [InlineData(SyntheticPrecision.Bf16, Numerics.Bf16)]
    [InlineData(SyntheticPrecision.Nvfp4, Numerics.W4A4Emulated)]
    public void A_sequence_that_is_not_finite_is_reported_and_harms_no_other(SyntheticPrecision precision, Numerics numerics)
    {
        var model = new PoisonedModel(TestModels.Random(precision, seed: 1), token: 7);
        using var device = new EmulatedDevice();
        using var runner = new CudaModelRunner(device, model, Options(numerics, null));
        var driver = new RunnerDriver(runner);
        var (bad, good, alone) = (driver.Add([7, 8], 4), driver.Add([5, 6], 4), driver.Add([5, 6], 4));

        var together = driver.Choose((bad, 2), (good, 2));

        Assert.Equal(IModelRunner.NotFinite, together[0]);
        Assert.Equal(driver.Choose((alone, 2))[0], together[1]);
    }

    [Fact]
    public void What_a_GPU_does_not_compute_is_refused_by_name()
    {
        using var device = new EmulatedDevice();
        var nvfp4 = TestModels.Random(SyntheticPrecision.Nvfp4, seed: 1);
        Refuses("A GPU does not compute w4a8; choose numerics w4a16 or w4a4-emulated, or run on the CPU", nvfp4, Options(Numerics.W4A8, null));
        Refuses("does not hold unrounded numbers", nvfp4, Options(null, KvPrecision.Full));
        Refuses("computes bf16", TestModels.Random(SyntheticPrecision.Bf16, seed: 1), Options(Numerics.W8A8Int8, null));

        void Refuses(string words, IModelWeights model, CudaModelRunnerOptions options)
        {
            var e = Assert.Throws<BatchLLMException>(() => new CudaModelRunner(device, model, options));
            Assert.Contains(words, e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Too_little_memory_is_said_before_anything_is_copied()
    {
        using var device = new EmulatedDevice(memoryBytes: 257 << 20);
        var model = TestModels.Random(SyntheticPrecision.Bf16, seed: 1);
        var e = Assert.Throws<BatchLLMException>(() => new CudaModelRunner(device, model, Options(null, null)));
        Assert.StartsWith("Emulator has 257 MiB of memory free; the weights take ", e.Message, StringComparison.Ordinal);
        Assert.Equal(257 << 20, device.FreeBytes);
    }

    [Theory]
    [InlineData(SyntheticPrecision.Bf16)]
    [InlineData(SyntheticPrecision.Int4)]
    [InlineData(SyntheticPrecision.Nvfp4)]
    public void The_KV_cache_takes_what_is_left_but_for_the_reserve(SyntheticPrecision precision)
    {
        using var device = new EmulatedDevice(memoryBytes: 512 << 20);
        var model = TestModels.Random(precision, seed: 1);
        var options = Options(null, null) with { KvBytes = null, KeepsNvfp4Codes = true };
        var foreseen = CudaModelRunner.LimitsOf(device, model, options);
        using var runner = new CudaModelRunner(device, model, options);

        Assert.Equal(foreseen, runner.Limits);
        Assert.InRange(device.FreeBytes, 254 << 20, 258 << 20);
        Assert.Equal(2_048, runner.Limits.ContextLength);
    }

    [Fact]
    public void Disposing_gives_all_memory_back()
    {
        using var device = new EmulatedDevice();
        var free = device.FreeBytes;
        new CudaModelRunner(device, TestModels.Random(SyntheticPrecision.Fp8, seed: 1), Options(null, null)).Dispose();
        Assert.Equal(free, device.FreeBytes);
    }

    [Theory]
    [MemberData(nameof(AllPrecisions))]
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
