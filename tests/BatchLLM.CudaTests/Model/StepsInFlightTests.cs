using BatchLLM.Benchmarks.Simulation;
using BatchLLM.Checkpoints.Synthetic;
using BatchLLM.Checkpoints;
using BatchLLM.Cuda;
using BatchLLM.CudaTests.Emulation;
using BatchLLM.Engine;
using BatchLLM.GpuCheck.Parts;
using BatchLLM.Inference;
using BatchLLM.Planning;
using Xunit;

namespace BatchLLM.CudaTests.Model;

/// <summary>Steps begun before the tokens of the step before them are known, on the emulated device.</summary>
public sealed class StepsInFlightTests
{
    private static readonly CudaModelRunnerOptions Options = new(StepTokens: 48, StepSequences: 6, KvBlockTokens: 32, KvBytes: 8 << 20);

    // Few blocks, so that rows are preempted while their tokens are on their way.
    private static readonly CudaModelRunnerOptions ShortOfBlocks = Options with { KvBytes = 7 * BlockBytes };

    private const long BlockBytes = 3 * 2 * 2 * 32 * 32 * 2; // layers x (key, value) x key heads x head size x block x BF16

    [Theory]
    [InlineData(SyntheticPrecision.Bf16, false)]
    [InlineData(SyntheticPrecision.Bf16, true)]
    [InlineData(SyntheticPrecision.Fp8, false)]
    public async Task Answers_are_those_of_steps_one_at_a_time(SyntheticPrecision precision, bool isShort)
    {
        var model = TestModels.Random(precision, seed: 9);
        using var device = new EmulatedDevice(seed: 5);
        using var runner = new CudaModelRunner(device, model, (isShort ? ShortOfBlocks : Options) with { Kv = KvPrecision.Bf16 });
        var window = Window(model.Config.VocabularySize);

        var single = await RunAsync(new LentRunner(runner, stepsInFlight: 1), window, NoStops);
        var recorded = runner.RecordedSteps;
        var stops = new HashSet<int> { single[0][3], single[1][8], single[2][1] };
        var ahead = await RunAsync(new LentRunner(runner), window, NoStops);
        var stopped = await RunAsync(new LentRunner(runner), window, stops);

        Assert.Equal(2, runner.Limits.StepsInFlight);
        Assert.True(recorded > 0, "No step was recorded.");
        Assert.Equal(single, ahead);
        Assert.Equal(single.Select(row => row.TakeWhile(token => !stops.Contains(token)).ToArray()), stopped);
        Assert.Contains(stopped, row => row.Length < single[0].Length);
    }

    [Fact]
    public async Task The_demo_completes_its_tickets_as_on_the_CPU()
    {
        using var model = ModelDirectory.Open(TestModels.Demo);
        using var device = new EmulatedDevice();
        using var gpu = new CudaModelRunner(device, model, Options);
        using var cpu = new CpuModelRunner(model, new CpuModelRunnerOptions(
            Threads: 1, StepTokens: 48, StepSequences: 6, KvBlockTokens: 32, KvBytes: 8 << 20, Kv: KvPrecision.Bf16));
        var sampling = new SamplingParameters { MaxTokens = 40 };
        InferenceRequest[] window = [.. TestModels.DemoPrompts(8).Select((prompt, row) => new InferenceRequest(row, (ulong)row, prompt, sampling))];

        Assert.Equal(
            await RunAsync(new LentRunner(cpu), window, [.. model.StopTokenIds]), await RunAsync(new LentRunner(gpu), window, [.. model.StopTokenIds]));
    }

    [Fact]
    public async Task A_row_that_is_not_finite_ends_though_the_next_step_was_begun_with_it_and_harms_no_other()
    {
        var model = new PoisonedModel(TestModels.Random(SyntheticPrecision.Bf16, seed: 1), token: 7);
        using var device = new EmulatedDevice();
        using var runner = new CudaModelRunner(device, model, Options);
        var sampling = new SamplingParameters { MaxTokens = 6 };
        InferenceRequest[] window = [.. new[] { 5, 7, 6 }.Select((token, row) => new InferenceRequest(row, (ulong)row, [token, 8], sampling))];
        await using var engine = new LocalBatchEngine(new LentRunner(runner), new TextlessTokenizer(model.Config.VocabularySize), NoStops);
        var results = new Dictionary<int, Generation>();
        await foreach (var generation in engine.RunAsync(window, CancellationToken.None))
        {
            results.Add(generation.Index, generation);
        }

        var alone = await RunAsync(new LentRunner(runner, stepsInFlight: 1), [window[0], window[2] with { Index = 1 }], NoStops);
        Assert.NotNull(results[1].Error);
        Assert.Equal(alone, [results[0].TokenIds, results[2].TokenIds]);
    }

    [Fact]
    public void A_step_may_be_begun_on_tokens_that_nobody_has_seen_and_no_third_one()
    {
        var model = TestModels.Random(SyntheticPrecision.Bf16, seed: 1);
        using var device = new EmulatedDevice();
        using var runner = new CudaModelRunner(device, model, Options);
        var scheduler = new Scheduler(runner.Limits);
        var sequence = new Sequence(new InferenceRequest(0, 0, [5, 6, 7], new SamplingParameters { MaxTokens = 9 }), 9);
        scheduler.Add(sequence);
        var (next, steps) = (new int[1], new[] { new Step(), new Step(), new Step() });
        Array.ForEach(steps, step => Begin(scheduler, runner, step, isRefused: step == steps[2]));

        Assert.True(runner.End(next) > TimeSpan.Zero);
        sequence.Append(next[0]);
        Assert.True(runner.End(next) > TimeSpan.Zero);
        sequence.Append(next[0]);
        Assert.Throws<InvalidOperationException>(() => runner.End(next));

        var driver = new RunnerDriver(runner);
        var alone = driver.Add([5, 6, 7], 2);
        driver.RunAll([alone], () => 3);
        Assert.Equal(alone.Generated.ToArray(), sequence.Generated.ToArray());
    }

    [Fact]
    public void A_position_whose_token_no_step_in_flight_chooses_is_refused()
    {
        var model = TestModels.Random(SyntheticPrecision.Bf16, seed: 1);
        using var device = new EmulatedDevice();
        using var runner = new CudaModelRunner(device, model, Options);
        var driver = new RunnerDriver(runner);
        var (one, other) = (driver.Add([5, 6], 4), driver.Add([7, 8], 4));
        var (first, second) = (new Step(), new Step());
        first.Add(new StepSlice(one, 0, 2));
        second.Add(new StepSlice(other, 0, 3));

        Assert.Throws<ArgumentException>(() => runner.Begin(second));
        runner.Begin(first);
        Assert.Throws<ArgumentException>(() => runner.Begin(second));
        runner.Abandon();
        Assert.Throws<ArgumentException>(() => runner.Begin(second));
    }

    [Fact]
    public void Abandoned_steps_leave_nothing_behind()
    {
        var model = TestModels.Random(SyntheticPrecision.Bf16, seed: 1);
        using var device = new EmulatedDevice();
        using var runner = new CudaModelRunner(device, model, Options);
        var driver = new RunnerDriver(runner);
        var (lost, again) = (driver.Add([5, 6, 7], 3), driver.Add([5, 6, 7], 3));
        var step = new Step();
        step.Add(new StepSlice(lost, 0, 3));
        var expected = driver.Choose((again, 3));
        again.ComputedCount = 0;

        for (var round = 0; round < 5; round++)
        {
            runner.Begin(step);
            runner.Abandon();
        }

        Assert.Equal(expected, driver.Choose((again, 3)));
    }

    private static void Begin(Scheduler scheduler, CudaModelRunner runner, Step step, bool isRefused)
    {
        if (isRefused)
        {
            Assert.Throws<InvalidOperationException>(() => runner.Begin(step));
            return;
        }

        scheduler.Plan(step);
        runner.Begin(step);
    }

    private static HashSet<int> NoStops => [];

    // Greedy rows, drawn ones, and ones with penalties, which count a token that is on its way; prompts in one chunk and in several.
    private static InferenceRequest[] Window(int vocabulary) =>
    [
        .. Enumerable.Range(0, 14).Select(row => new InferenceRequest(
            row, (ulong)row * 977, [.. Enumerable.Range(1, 1 + row * 5).Select(i => (row * 31 + i * 7919) % vocabulary)],
            new SamplingParameters
            {
                MaxTokens = 24,
                Temperature = row % 3 == 0 ? 0 : 1.3,
                Seed = 4,
                TopK = 60,
                RepetitionPenalty = row >= 10 ? 1.4 : 1,
                PresencePenalty = row == 11 ? 0.7 : 0,
                FrequencyPenalty = row == 12 ? 0.6 : 0,
            })),
    ];

    private static async Task<int[][]> RunAsync(LentRunner runner, InferenceRequest[] window, HashSet<int> stops)
    {
        var tokens = new int[window.Length][];
        await using var engine = new LocalBatchEngine(runner, new TextlessTokenizer(runner.Limits.VocabularySize), stops);
        await foreach (var generation in engine.RunAsync(window, CancellationToken.None))
        {
            Assert.Null(generation.Error);
            tokens[generation.Index] = generation.TokenIds;
        }

        return tokens;
    }
}
