using BatchLLM.Checkpoints;
using BatchLLM.Engine;
using BatchLLM.Engine.Linear;
using BatchLLM.Inference;
using BatchLLM.Planning;
using Xunit;

namespace BatchLLM.Tests.Engine;

/// <summary>A sequence's tokens and the bits of its logits depend on the sequence alone.</summary>
public sealed class InvarianceTests
{
    private const int MaxTokens = 12;
    private const int PromptCount = 9;

    public static TheoryData<string> Models => [.. TestData.ModelNames];

    [Theory]
    [MemberData(nameof(Models))]
    public void Neighbours_chunks_blocks_and_budgets_change_no_bit(string name)
    {
        using var model = ModelDirectory.Open(TestData.Model(name));
        var prompts = Prompts(model.Config.VocabularySize);
        var alone = prompts.Select((prompt, i) => RunAlone(model, prompt, i)).ToList();
        for (var seed = 1; seed <= 4; seed++)
        {
            var random = new Random(seed);
            var options = new CpuModelRunnerOptions(
                1 + seed % 3, StepTokens: random.Next(5, 90), StepSequences: random.Next(2, 12),
                KvBlockTokens: 8 * random.Next(1, 6), KvBytes: 16 << 20);
            using var runner = new CpuModelRunner(model, options);
            var driver = new StepDriver(runner);
            driver.ShuffleBlocks(random);
            var together = prompts.Select((prompt, i) => driver.Add(prompt, MaxTokens, Sampling(i), (ulong)i)).ToList();
            driver.RunAll(together, () => random.Next(1, 40));
            for (var i = 0; i < together.Count; i++)
            {
                AssertSame(alone[i], (together[i].Generated.ToArray(), driver.Logits[together[i]]), $"seed {seed}, {options}, row {i}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void A_shared_prefix_changes_no_bit(string name)
    {
        using var model = ModelDirectory.Open(TestData.Model(name));
        for (var seed = 1; seed <= 6; seed++)
        {
            var random = new Random(seed);
            var options = new CpuModelRunnerOptions(
                1 + seed % 3, StepTokens: random.Next(40, 90), KvBlockTokens: 8 * random.Next(1, 6), KvBytes: 16 << 20);
            using var runner = new CpuModelRunner(model, options);
            var length = options.KvBlockTokens * random.Next(1, 80 / options.KvBlockTokens + 1);
            var prompts = PromptsBehind(length, random, model.Config.VocabularySize);
            var driver = new StepDriver(runner);
            driver.ShuffleBlocks(random);
            var group = StartGroup(driver, prompts, new SharedPrefix(length), options.StepTokens);
            var stranger = driver.Add(prompts[1], MaxTokens, Sampling(1), 1);
            group.Insert(random.Next(group.Count), stranger);
            driver.RunAll(group, () => random.Next(1, 40));
            AssertSame(RunAlone(model, prompts[1], 1), (stranger.Generated.ToArray(), driver.Logits[stranger]), $"seed {seed}, stranger");
            foreach (var sequence in group.Where(s => s != stranger))
            {
                var row = (int)sequence.Request.RowKey;
                AssertSame(
                    RunAlone(model, prompts[row], row), (sequence.Generated.ToArray(), driver.Logits[sequence]),
                    $"seed {seed}, {options}, prefix {length}, row {row}");
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Thread_count_and_vector_width_change_no_bit(int threads)
    {
        using var model = ModelDirectory.Open(TestData.Model("tied-bf16"));
        var prompt = Prompts(model.Config.VocabularySize)[^1];
        var expected = RunAlone(model, prompt, 1);
        var options = new CpuModelRunnerOptions(threads, KvBytes: 4 << 20);
        using var runner = new CpuModelRunner(model, options, PanelKernel.WideWidth);
        var driver = new StepDriver(runner);
        var sequence = driver.Add(prompt, MaxTokens, Sampling(1), 1);
        driver.RunAll([sequence], () => 512);
        AssertSame(expected, (sequence.Generated.ToArray(), driver.Logits[sequence]), $"{threads} threads");
    }

    [Fact]
    public void A_block_that_held_another_sequence_leaves_no_trace()
    {
        using var model = ModelDirectory.Open(TestData.Model("mha-f32"));
        var prompt = Prompts(model.Config.VocabularySize)[3];
        var expected = RunAlone(model, prompt, 0);
        using var runner = new CpuModelRunner(model, new CpuModelRunnerOptions(2, KvBytes: KvBytesOfOneContext(model)));
        var driver = new StepDriver(runner);
        var before = driver.Add(Enumerable.Repeat(7, 100).ToArray(), 60);
        driver.RunAll([before], () => 64);
        driver.Free(before);
        driver.ShuffleBlocks(new Random(3));
        var sequence = driver.Add(prompt, MaxTokens, Sampling(0), 0);
        driver.RunAll([sequence], () => 64);
        AssertSame(expected, (sequence.Generated.ToArray(), driver.Logits[sequence]), "after another sequence");
    }

    [Fact]
    public void Seed_row_key_and_nothing_else_change_a_sampled_completion()
    {
        using var model = ModelDirectory.Open(TestData.Model("tied-bf16"));
        var prompt = Prompts(model.Config.VocabularySize)[2];
        var sampling = new SamplingParameters { Temperature = 1.5, Seed = 5 };
        var first = Generate(model, prompt, sampling, 1);
        Assert.Equal(first, Generate(model, prompt, sampling, 1));
        Assert.NotEqual(first, Generate(model, prompt, sampling, 2));
        Assert.NotEqual(first, Generate(model, prompt, sampling with { Seed = 6 }, 1));
    }

    private static int[] Generate(ModelDirectory model, int[] prompt, SamplingParameters sampling, ulong rowKey)
    {
        using var runner = new CpuModelRunner(model, new CpuModelRunnerOptions(1, KvBytes: 4 << 20));
        var driver = new StepDriver(runner);
        var sequence = driver.Add(prompt, MaxTokens, sampling, rowKey);
        driver.RunAll([sequence], () => 512);
        return sequence.Generated.ToArray();
    }

    private static long KvBytesOfOneContext(ModelDirectory model) =>
        model.Config.ContextLength * model.Config.KvElementsPerToken * sizeof(float);

    private static (int[] Tokens, List<float[]> Logits) RunAlone(ModelDirectory model, int[] prompt, int row)
    {
        using var runner = new CpuModelRunner(model, new CpuModelRunnerOptions(1, KvBytes: 4 << 20));
        var driver = new StepDriver(runner);
        var sequence = driver.Add(prompt, MaxTokens, Sampling(row), (ulong)row);
        driver.RunAll([sequence], () => 512);
        return (sequence.Generated.ToArray(), driver.Logits[sequence]);
    }

    // Greedy, plain sampling, and everything at once take turns.
    private static SamplingParameters Sampling(int row) => (row % 3) switch
    {
        0 => new SamplingParameters(),
        1 => new SamplingParameters { Temperature = 0.9, Seed = 11 },
        _ => new SamplingParameters
        {
            Temperature = 1.2,
            TopK = 40,
            TopP = 0.9,
            RepetitionPenalty = 1.2,
            PresencePenalty = 0.1,
            FrequencyPenalty = 0.2,
            Seed = 12,
        },
    };

    // The first sequence computes the prefix; the others' first positions stand in the step of the prefix's last one.
    private static List<Sequence> StartGroup(StepDriver driver, int[][] prompts, SharedPrefix prefix, int budget)
    {
        var first = driver.Add(prompts[0], MaxTokens, Sampling(0), 0, prefix);
        while (first.ComputedCount + 20 < prefix.Length)
        {
            driver.Run((first, 20));
        }

        driver.Pin(first);
        List<Sequence> group =
            [first, .. prompts.Skip(1).Select((prompt, i) => driver.Add(prompt, MaxTokens, Sampling(i + 1), (ulong)i + 1, prefix))];
        var rest = Math.Min(first.KnownCount - first.ComputedCount, budget - prompts.Length);
        driver.Run([(first, rest), .. group.Skip(1).Select(s => (s, 1))]);
        return group;
    }

    private static int[][] PromptsBehind(int length, Random random, int vocabulary)
    {
        var prefix = Enumerable.Range(0, length).Select(_ => random.Next(vocabulary)).ToArray();
        return [.. Enumerable.Range(0, 6).Select(i =>
            prefix.Concat(Enumerable.Range(0, 1 + i * 7).Select(_ => random.Next(vocabulary))).ToArray())];
    }

    private static int[][] Prompts(int vocabulary)
    {
        var random = new Random(77);
        return [.. Enumerable.Range(0, PromptCount).Select(i =>
            Enumerable.Range(0, 1 + i * 11).Select(_ => random.Next(vocabulary)).ToArray())];
    }

    private static void AssertSame(
        (int[] Tokens, List<float[]> Logits) expected, (int[] Tokens, List<float[]> Logits) actual, string where)
    {
        Assert.True(expected.Tokens.AsSpan().SequenceEqual(actual.Tokens), $"tokens differ: {where}");
        for (var i = 0; i < expected.Logits.Count; i++)
        {
            var same = expected.Logits[i].Select(BitConverter.SingleToInt32Bits)
                .SequenceEqual(actual.Logits[i].Select(BitConverter.SingleToInt32Bits));
            Assert.True(same, $"logits of token {i} differ: {where}");
        }
    }
}
