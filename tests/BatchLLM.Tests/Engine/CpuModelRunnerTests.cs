using System.Runtime.InteropServices;
using BatchLLM.Checkpoints;
using BatchLLM.Engine;
using BatchLLM.Inference;
using BatchLLM.Planning;
using BatchLLM.Tests.Checkpoints;
using Xunit;

namespace BatchLLM.Tests.Engine;

[Collection(nameof(CpuModelRunnerTests))]
[CollectionDefinition(nameof(CpuModelRunnerTests), DisableParallelization = true)]
public sealed class CpuModelRunnerTests : IDisposable
{
    private readonly ModelDirectory _model = ModelDirectory.Open(TestData.Model("tied-bf16"));

    [Fact]
    public void A_step_allocates_nothing_after_warm_up()
    {
        using var runner = new CpuModelRunner(_model, new CpuModelRunnerOptions(2, KvBytes: 8 << 20));
        var sampling = new SamplingParameters { Temperature = 1, TopK = 20, TopP = 0.9, RepetitionPenalty = 1.1 };
        var (step, sequences) = MakeStep(runner, 6, sampling);
        AssertAllocatesNothing(runner, step, sequences);
    }

    [Fact]
    public void A_step_behind_a_shared_prefix_allocates_nothing_after_warm_up()
    {
        using var runner = new CpuModelRunner(_model, new CpuModelRunnerOptions(2, KvBytes: 8 << 20));
        var prefix = new SharedPrefix(runner.Limits.KvBlockTokens);
        prefix.BlockTable.Add(0);
        var request = new InferenceRequest(0, 0, [.. Enumerable.Repeat(5, prefix.Length + 1)], new SamplingParameters());
        var sequences = Enumerable.Range(0, 5).Select(_ => new Sequence(request, 150) { SharedPrefix = prefix }).ToArray();
        var step = new Step();
        for (var i = 0; i < sequences.Length; i++)
        {
            sequences[i].BlockTable.AddRange([0, .. Enumerable.Range(1 + i * 6, 6)]);
            step.Slices.Add(new StepSlice(sequences[i], prefix.Length, 1));
        }

        AssertAllocatesNothing(runner, step, sequences);
    }

    private static void AssertAllocatesNothing(CpuModelRunner runner, Step step, Sequence[] sequences)
    {
        var next = new int[step.Slices.Count];
        RunSteps(runner, step, sequences, next, 40);

        // Other tests and the test host allocate too, so what counts is that some run of steps is clean.
        var least = long.MaxValue;
        for (var attempt = 0; attempt < 8 && least > 0; attempt++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            RunSteps(runner, step, sequences, next, 10);
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        Assert.Equal(0, least);
    }

    [Fact]
    public void A_slice_that_does_not_reach_the_last_known_token_chooses_none()
    {
        using var runner = new CpuModelRunner(_model, new CpuModelRunnerOptions(1, KvBytes: 8 << 20));
        var sequence = MakeSequence(runner, [5, 6, 7], new SamplingParameters(), 0);
        var step = new Step();
        step.Slices.Add(new StepSlice(sequence, 0, 2));
        var next = new int[1];
        runner.Run(step, next);
        Assert.Equal([IModelRunner.NoToken], next);
    }

    [Fact]
    public void Limits_follow_from_model_and_options()
    {
        using var runner = new CpuModelRunner(_model, new CpuModelRunnerOptions(1, 64, 16, 16, 16L * 10 * 2 * 2 * 16 * 2 * 2 + 5));
        Assert.Equal(new RunnerLimits(160, 307, 64, 16, 16, 10), runner.Limits);
    }

    [Fact]
    public void Logits_of_a_choice_are_there_after_the_step_however_many_rows_chose()
    {
        using var runner = new CpuModelRunner(_model, new CpuModelRunnerOptions(2, KvBytes: 8 << 20));
        var (step, sequences) = MakeStep(runner, 40, new SamplingParameters { RepetitionPenalty = 1.5 });
        var next = new int[sequences.Length];
        runner.Run(step, next);
        var together = Enumerable.Range(0, 40).Select(i => runner.ChoiceLogits(i).ToArray()).ToList();
        Assert.Throws<ArgumentOutOfRangeException>(() => runner.ChoiceLogits(40).Length);
        for (var i = 39; i >= 0; i--)
        {
            Assert.Equal(together[i], runner.ChoiceLogits(i).ToArray());
            var alone = new Step();
            alone.Slices.Add(step.Slices[i]);
            runner.Run(alone, new int[1]);
            Assert.Equal(together[i], runner.ChoiceLogits(0).ToArray());
            runner.Run(step, next);
        }
    }

    [Fact]
    public void Times_add_up_part_by_part_until_they_are_reset()
    {
        using var runner = new CpuModelRunner(_model, new CpuModelRunnerOptions(1, KvBytes: 8 << 20));
        var (step, sequences) = MakeStep(runner, 2, new SamplingParameters());
        runner.Run(step, new int[sequences.Length]);
        var first = Enum.GetValues<StepPart>().ToDictionary(part => part, part => runner.Times[part]);
        Assert.All(first, part => Assert.True(part.Value > TimeSpan.Zero, part.Key.ToString()));
        runner.Run(step, new int[sequences.Length]);
        Assert.All(first, part => Assert.True(runner.Times[part.Key] > part.Value, part.Key.ToString()));
        runner.Times.Reset();
        Assert.All(first, part => Assert.Equal(TimeSpan.Zero, runner.Times[part.Key]));
    }

    [Fact]
    public void A_shared_prefix_that_is_not_the_front_of_the_sequences_blocks_is_refused()
    {
        using var runner = new CpuModelRunner(_model, new CpuModelRunnerOptions(1, KvBytes: 8 << 20));
        var prefix = new SharedPrefix(runner.Limits.KvBlockTokens);
        prefix.BlockTable.Add(3);
        var request = new InferenceRequest(0, 0, Enumerable.Repeat(5, prefix.Length + 2).ToArray(), new SamplingParameters());
        var sequence = new Sequence(request, 1) { SharedPrefix = prefix };
        sequence.BlockTable.AddRange([4, 5]);
        Refuses<ArgumentException>(runner, new StepSlice(sequence, prefix.Length, 2));
        sequence.BlockTable[0] = 3;
        var step = new Step();
        step.Slices.Add(new StepSlice(sequence, prefix.Length, 2));
        runner.Run(step, new int[1]);
    }

    [Fact]
    public void A_kv_cache_without_room_for_a_block_is_refused()
    {
        var e = Assert.Throws<BatchLLMException>(() => new CpuModelRunner(_model, new CpuModelRunnerOptions(1, KvBytes: 100)));
        Assert.Contains("100 bytes", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Steps_outside_the_limits_are_refused_before_memory_is_touched()
    {
        using var runner = new CpuModelRunner(_model, new CpuModelRunnerOptions(1, StepTokens: 4, StepSequences: 1, KvBytes: 8 << 20));
        var sequence = MakeSequence(runner, [1, 2, 3, 4, 5, 6], new SamplingParameters(), 0);
        Refuses<ArgumentException>(runner, new StepSlice(sequence, 0, 5));
        Refuses<ArgumentException>(runner, new StepSlice(sequence, 0, 1), new StepSlice(sequence, 1, 1));
        Refuses<ArgumentException>(runner, new StepSlice(sequence, 4, 3));
        Refuses<ArgumentException>(runner, new StepSlice(sequence, -1, 1));
        Refuses<ArgumentOutOfRangeException>(runner, new StepSlice(MakeSequence(runner, [307], new SamplingParameters(), 0), 0, 1));
        sequence.BlockTable[0] = runner.Limits.KvBlockCount;
        Refuses<ArgumentOutOfRangeException>(runner, new StepSlice(sequence, 0, 1));
        sequence.BlockTable.Clear();
        Refuses<ArgumentException>(runner, new StepSlice(sequence, 0, 1));
    }

    [Fact]
    public void A_sequence_that_is_not_finite_is_reported_and_harms_no_other()
    {
        using var copy = new ModelCopy("llama3-rope-f16");
        copy.EditHeader("model-00001-of-00002.safetensors", text => text, data =>
        {
            // The embedding stands first; token 7 becomes not-a-number, and the head is a tensor of its own.
            var row = MemoryMarshal.Cast<byte, Half>(data.AsSpan()).Slice(7 * 52, 52);
            row.Fill(Half.NaN);
            return data;
        });
        using var model = ModelDirectory.Open(copy.Folder);
        using var runner = new CpuModelRunner(model, new CpuModelRunnerOptions(2, KvBytes: 8 << 20));
        var driver = new StepDriver(runner);
        var (bad, good) = (driver.Add([7, 8], 4), driver.Add([5, 6], 4));
        driver.Run((bad, 2), (good, 2));
        Assert.Equal([IModelRunner.NotFinite], bad.Generated.ToArray());

        // The same prompt in the rows and the block that were not finite.
        driver.Free(bad);
        driver.ReverseBlocks();
        var later = driver.Add([5, 6], 4);
        Assert.Equal(bad.BlockTable, later.BlockTable);
        driver.Run((later, 2));
        Assert.Equal(driver.Logits[good][0], driver.Logits[later][0]);
        Assert.DoesNotContain(driver.Logits[good][0], float.IsNaN);
    }

    public void Dispose() => _model.Dispose();

    private static void Refuses<T>(CpuModelRunner runner, params StepSlice[] slices)
        where T : Exception
    {
        var step = new Step();
        step.Slices.AddRange(slices);
        Assert.Throws<T>(() => runner.Run(step, new int[slices.Length]));
    }

    private static (Step Step, Sequence[] Sequences) MakeStep(CpuModelRunner runner, int count, SamplingParameters sampling)
    {
        var sequences = Enumerable.Range(0, count).Select(i => MakeSequence(runner, [3 + i, 4, 5], sampling, i * 5)).ToArray();
        var step = new Step();
        step.Slices.AddRange(sequences.Select(s => new StepSlice(s, 0, 3)));
        return (step, sequences);
    }

    private static void RunSteps(CpuModelRunner runner, Step step, Sequence[] sequences, int[] next, int count)
    {
        for (var n = 0; n < count; n++)
        {
            runner.Run(step, next);
            for (var i = 0; i < sequences.Length; i++)
            {
                sequences[i].Append(next[i]);
                step.Slices[i] = new StepSlice(sequences[i], sequences[i].KnownCount - 1, 1);
            }
        }
    }

    private static Sequence MakeSequence(CpuModelRunner runner, int[] prompt, SamplingParameters sampling, int firstBlock)
    {
        var sequence = new Sequence(new InferenceRequest(0, 0, prompt, sampling), 150);
        sequence.BlockTable.AddRange(Enumerable.Range(firstBlock, (prompt.Length + 149) / runner.Limits.KvBlockTokens + 1));
        return sequence;
    }
}
