using BatchLLM.Inference;
using BatchLLM.Planning;
using BatchLLM.Preflight;
using BatchLLM.Rows;
using Xunit;

namespace BatchLLM.Tests.Inference;

/// <summary>Two steps in flight give what one at a time gives. The seed is in the test's name.</summary>
public sealed class StepsInFlightTests
{
    private static readonly HashSet<int> StopTokens = [3, 77, 200];

    private static readonly InferenceRequest[] Window =
        [.. Enumerable.Range(0, 50).Select(index => TestWindow.Request(index, 6, 1 + index % 20))];

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 80)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Answers_and_reports_are_those_of_one_at_a_time(int seed)
    {
        var random = new Random(seed);
        var window = TestWindow.Sharing(random, random.Next(1, 80));
        Array.ForEach([.. Enumerable.Range(0, window.Length)], row => window[row] = WithStops(window[row], random));
        var limits = RandomLimits(random, window);

        var (expected, reports, _) = await RunAsync(limits, window);
        var (actual, reportsAhead, awaited) = await RunAsync(limits with { StepsInFlight = 2 }, window);

        Assert.Equal(window.Length, actual.Count);
        Assert.All(actual, pair => AssertSame(expected[pair.Key], pair.Value));
        Assert.Equal(Tokens(reports), Tokens(reportsAhead));
        Assert.Equal((0, 0), (reportsAhead[^1].Live, reportsAhead[^1].Waiting));
        Assert.True(awaited > 0 || actual.Values.All(g => g.CompletionTokens <= 1), "Nothing was planned ahead.");
    }

    [Fact]
    public async Task Rows_that_run_to_their_limits_take_as_many_steps()
    {
        var limits = TestWindow.Ample with { StepSequenceBudget = 5 };
        using var single = new ScriptedRunner(limits);
        using var ahead = new ScriptedRunner(limits with { StepsInFlight = 2 });
        foreach (var runner in new[] { single, ahead })
        {
            await using var engine = new LocalBatchEngine(runner, new ByteTokenizer(), TestWindow.NoStopTokens);
            await TestWindow.RunAsync(engine, Window);
        }

        Assert.Equal(single.StepCount, ahead.StepCount);
    }

    [Fact]
    public async Task The_next_step_is_begun_before_the_first_is_ended()
    {
        var begun = new List<int>();
        using var runner = new ScriptedRunner(TestWindow.Ample with { StepsInFlight = 2 }) { BeforeBegin = begun.Add };
        await using var engine = new LocalBatchEngine(runner, new ByteTokenizer(), TestWindow.NoStopTokens);

        await TestWindow.RunAsync(engine, [TestWindow.Request(0, 4, 6)]);

        Assert.Equal([0, 1, 1, 1, 1, 1], begun);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_fault_ends_both_steps_and_the_next_window_runs(bool isInBegin)
    {
        var fault = new BatchLLMException("The device is gone.", isTransient: true);
        var begun = 0;
        using var runner = new ScriptedRunner(TestWindow.Ample with { StepsInFlight = 2 });
        runner.BeforeStep = step => StepFaults.ThrowIf(!isInBegin && step == 8, fault);
        runner.BeforeBegin = _ => StepFaults.ThrowIf(isInBegin && ++begun == 8, fault);
        await using var engine = new LocalBatchEngine(runner, new ByteTokenizer(), TestWindow.NoStopTokens);
        var results = new List<Generation>();

        var thrown = await Assert.ThrowsAsync<BatchLLMException>(() => TestWindow.CollectAsync(engine, Window, results));

        Assert.Same(fault, thrown);
        Assert.InRange(results.Count, 1, Window.Length - 1);
        Assert.Equal(0, runner.InFlightCount);
        Assert.Equal(Window.Length, (await TestWindow.RunAsync(engine, Window)).Count);
    }

    [Fact]
    public async Task A_fault_between_steps_leaves_none_in_flight()
    {
        using var runner = new ScriptedRunner(TestWindow.Ample with { StepsInFlight = 2 });
        var reports = 0;
        await using var engine = new LocalBatchEngine(
            runner, new ByteTokenizer(), TestWindow.NoStopTokens, new StepObserver(_ => StepFaults.ThrowIf(++reports == 4, new BatchLLMException("No."))));

        await Assert.ThrowsAsync<BatchLLMException>(() => TestWindow.CollectAsync(engine, Window, []));

        Assert.Equal(0, runner.InFlightCount);
        Assert.Equal(Window.Length, (await TestWindow.RunAsync(engine, Window)).Count);
    }

    [Fact]
    public async Task A_window_is_given_up_while_steps_are_in_flight_and_the_one_beside_it_goes_on()
    {
        using var runner = new ScriptedRunner(TestWindow.Ample with { StepsInFlight = 2 });
        await using var engine = new LocalBatchEngine(runner, new ByteTokenizer(), TestWindow.NoStopTokens);
        using var cancel = new CancellationTokenSource();
        runner.BeforeStep = step => StepFaults.CancelIf(step == 5, cancel);

        var given = TestWindow.CollectAsync(engine, Window, [], cancel.Token);
        var kept = TestWindow.RunAsync(engine, Window);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        Assert.Equal(Window.Length, (await kept).Count);
        await engine.DisposeAsync();
        Assert.Equal(0, runner.InFlightCount);
    }

    [Theory]
    [InlineData(IModelRunner.NotFinite)]
    [InlineData(300)]
    public async Task A_token_that_is_none_fails_its_row_only_though_the_next_step_was_begun_with_it(int wrong)
    {
        using var runner = new ScriptedRunner(TestWindow.Ample with { StepsInFlight = 2 });
        runner.Script = (sequence, generated) => sequence.Request.Index == 1 && generated == 2 ? wrong : 5;
        await using var engine = new LocalBatchEngine(runner, new ByteTokenizer(), TestWindow.NoStopTokens);

        var results = await TestWindow.RunAsync(engine, [.. Enumerable.Range(0, 3).Select(index => TestWindow.Request(index, 4, 9))]);

        Assert.Equal(RowErrorCodes.EngineError, results[1].Error!.Code);
        Assert.Equal([9, 0, 9], Enumerable.Range(0, 3).Select(index => results[index].CompletionTokens));
    }

    [Fact]
    public async Task A_row_that_loses_its_blocks_chooses_the_token_on_its_way_again()
    {
        // 4 blocks of 4: both prompts fill 2 blocks. Row 0 needs a third while the stop token of row 1 is on its way.
        using var runner = new ScriptedRunner(TestWindow.Ample with { StepsInFlight = 2, KvBlockCount = 4 });
        runner.Script = (sequence, _) => sequence.Request.Index == 1 ? 77 : 5;
        var reports = new List<StepReport>();
        await using var engine = new LocalBatchEngine(runner, new ByteTokenizer(), StopTokens, new StepObserver(reports.Add));

        var results = await TestWindow.RunAsync(engine, [TestWindow.Request(0, 8, 9), TestWindow.Request(1, 8, 9)]);

        Assert.Equal((9, FinishReason.Length), (results[0].CompletionTokens, results[0].FinishReason));
        Assert.Equal((1, FinishReason.Stop), (results[1].CompletionTokens, results[1].FinishReason));
        Assert.Equal(10, Tokens(reports));
        Assert.Equal(3 * 8, reports.Sum(report => report.PromptPositions));
    }

    [Fact]
    public async Task A_trial_counts_no_position_that_was_computed_too_many()
    {
        var window = TestWindow.Random(new Random(1), 60);
        var (expected, _, _) = await RunAsync(TestWindow.Ample, window);

        var trial = await TrialRun.RunAsync(
            new ScriptedRunner(TestWindow.Ample with { StepsInFlight = 2 }), new ByteTokenizer(), StopTokens, window, TimeSpan.FromMinutes(1),
            TimeProvider.System, CancellationToken.None);

        Assert.Equal(window.Select(row => expected[row.Index].CompletionTokens), trial.Completions.Select(completion => completion.Tokens));
        Assert.All(trial.Completions, completion => Assert.True(completion.IsWhole));
    }

    private static async Task<(Dictionary<int, Generation> Results, List<StepReport> Reports, int Awaited)> RunAsync(
        RunnerLimits limits, InferenceRequest[] window)
    {
        var reports = new List<StepReport>();
        using var runner = new ScriptedRunner(limits);
        Dictionary<int, Generation> results;
        await using (var engine = new LocalBatchEngine(
            runner, new ByteTokenizer(), StopTokens, new StepObserver(reports.Add), new OutputLengths()))
        {
            results = await TestWindow.RunAsync(engine, window);
        }

        Assert.Equal(0, runner.InFlightCount);
        return (results, reports, runner.AwaitedCount);
    }

    // A position that is computed again after a preemption is a prompt's once more; tokens are generated once.
    private static int Tokens(List<StepReport> reports) => reports.Sum(report => report.GeneratedTokens);

    // A completion is a hash of its row: one byte in a hundred is either of these.
    private static InferenceRequest WithStops(InferenceRequest request, Random random) => random.Next(3) > 0
        ? request
        : request with { Sampling = request.Sampling with { Stop = ["e", "\u0007"] } };

    private static RunnerLimits RandomLimits(Random random, InferenceRequest[] window)
    {
        var blockTokens = random.Next(1, 9);
        var most = window.Max(row => row.PromptTokens.Length + Math.Min(row.Sampling.MaxTokens, TestWindow.Context - row.PromptTokens.Length) - 1);
        var blocks = (most + blockTokens - 1) / blockTokens + random.Next(0, 3) * random.Next(0, 20);
        return new RunnerLimits(TestWindow.Context, 256, random.Next(1, 40), random.Next(1, 20), blockTokens, blocks);
    }

    private static void AssertSame(Generation expected, Generation actual)
    {
        Assert.Equal(expected.Error, actual.Error);
        Assert.Equal(expected.TokenIds, actual.TokenIds);
        Assert.Equal(expected.Text, actual.Text);
        Assert.Equal(expected.CompletionTokens, actual.CompletionTokens);
        Assert.Equal(expected.FinishReason, actual.FinishReason);
        Assert.Equal(expected.IsCopy, actual.IsCopy);
    }
}
