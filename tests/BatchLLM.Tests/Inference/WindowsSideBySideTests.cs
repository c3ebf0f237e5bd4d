using BatchLLM.Inference;
using BatchLLM.Planning;
using Xunit;

namespace BatchLLM.Tests.Inference;

/// <summary>The newer window begins where the older one has no row left to start, and neither notices the other.</summary>
public sealed class WindowsSideBySideTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 40)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Windows_side_by_side_get_the_answers_that_they_get_alone(int seed)
    {
        var random = new Random(seed);
        InferenceRequest[][] windows = [.. Enumerable.Range(0, 3).Select(_ => TestWindow.Sharing(random, random.Next(1, 60)))];
        var alone = new List<Dictionary<int, Generation>>();
        foreach (var window in windows)
        {
            using var own = new ScriptedRunner(TestWindow.Ample);
            await using var ownEngine = Engine(own);
            alone.Add(await TestWindow.RunAsync(ownEngine, window));
        }

        using var runner = new ScriptedRunner(TestWindow.Ample with { KvBlockCount = random.Next(14, 40) });
        await using var engine = Engine(runner, new OutputLengths());
        var together = await Task.WhenAll(windows.Select(window => TestWindow.RunAsync(engine, window)));

        for (var window = 0; window < windows.Length; window++)
        {
            Assert.Equal(windows[window].Length, together[window].Count);
            Assert.All(together[window], pair => Assert.Equal(alone[window][pair.Key].TokenIds, pair.Value.TokenIds));
        }
    }

    [Fact]
    public async Task The_next_windows_rows_fill_the_tail()
    {
        // One row runs ten times as long as the others.
        InferenceRequest[] window = [.. Enumerable.Range(0, 40).Select(index => Drawn(index, index == 39 ? 40 : 4))];
        var oneAfterTheOther = await StepsAsync(window, isSideBySide: false);
        var sideBySide = await StepsAsync(window, isSideBySide: true);

        Assert.True(sideBySide <= oneAfterTheOther - 30, $"{sideBySide} steps, and {oneAfterTheOther} one after the other");
    }

    [Fact]
    public async Task Rows_of_the_newer_window_wait_while_the_older_one_has_rows_to_start()
    {
        using var runner = new ScriptedRunner(TestWindow.Ample);
        await using var engine = Engine(runner);
        using var both = new ManualResetEventSlim();
        var started = new List<int>(); // by index, on the computing thread
        runner.BeforeStep = step => WaitIf(step == 0, both);
        runner.Script = (sequence, generated) => Note(started, sequence.Request.Index, generated);

        var older = TestWindow.RunAsync(engine, [.. Enumerable.Range(0, 50).Select(index => Drawn(index, 5))]);
        var newer = TestWindow.RunAsync(engine, [.. Enumerable.Range(50, 50).Select(index => Drawn(index, 5))]);
        both.Set();
        await Task.WhenAll(older, newer);

        Assert.Equal(Enumerable.Range(0, 100), started);
    }

    [Fact]
    public async Task Leaving_one_window_changes_nothing_for_the_other()
    {
        var window = TestWindow.Sharing(new Random(11), 80);
        using var own = new ScriptedRunner(TestWindow.Ample);
        await using var ownEngine = Engine(own);
        var alone = await TestWindow.RunAsync(ownEngine, window);

        foreach (var leavesOlder in (bool[])[true, false])
        {
            using var runner = new ScriptedRunner(TestWindow.Ample with { KvBlockCount = 24 });
            await using var engine = Engine(runner);
            var first = leavesOlder ? LeaveAsync(engine, window) : Kept(engine, window);
            var second = leavesOlder ? Kept(engine, window) : LeaveAsync(engine, window);
            await Task.WhenAll(first, second);
            var kept = await (leavesOlder ? second : first);

            Assert.Equal(window.Length, kept.Count);
            Assert.All(kept, pair => Assert.Equal(alone[pair.Key].TokenIds, pair.Value.TokenIds));
        }
    }

    [Fact]
    public async Task A_fault_of_the_runner_ends_both()
    {
        using var runner = new ScriptedRunner(TestWindow.Ample);
        await using var engine = Engine(runner);
        using var both = new ManualResetEventSlim();
        runner.BeforeStep = step =>
        {
            WaitIf(step == 0, both);
            throw new BatchLLMException("The device is gone.");
        };
        InferenceRequest[] window = [Drawn(0, 5)];

        var (older, newer) = (TestWindow.RunAsync(engine, window), TestWindow.RunAsync(engine, window));
        both.Set();

        await Assert.ThrowsAsync<BatchLLMException>(() => older);
        await Assert.ThrowsAsync<BatchLLMException>(() => newer);
        runner.BeforeStep = null;
        Assert.Single(await TestWindow.RunAsync(engine, window));
    }

    private static LocalBatchEngine Engine(ScriptedRunner runner, OutputLengths? lengths = null) =>
        new(runner, new ByteTokenizer(), TestWindow.NoStopTokens, lengths: lengths);

    // Drawn, so that none is another's copy.
    private static InferenceRequest Drawn(int index, int maxTokens) => TestWindow.Request(index, 2, maxTokens) with
    {
        Sampling = new SamplingParameters { MaxTokens = maxTokens, Temperature = 1 },
    };

    /// <summary>Steps of two runs of a window; the second is there before the first step, or comes after the last.</summary>
    private static async Task<int> StepsAsync(InferenceRequest[] window, bool isSideBySide)
    {
        using var runner = new ScriptedRunner(TestWindow.Ample);
        await using var engine = Engine(runner);
        using var both = new ManualResetEventSlim(!isSideBySide);
        runner.BeforeStep = step => WaitIf(step == 0, both);
        var older = TestWindow.RunAsync(engine, window);
        await (isSideBySide ? Task.CompletedTask : older);
        var newer = TestWindow.RunAsync(engine, window);
        both.Set();
        await Task.WhenAll(older, newer);
        return runner.StepCount;
    }

    private static int? Note(List<int> started, int index, int generated)
    {
        if (generated == 0)
        {
            started.Add(index);
        }

        return null;
    }

    private static Task<Dictionary<int, Generation>> Kept(LocalBatchEngine engine, InferenceRequest[] window) =>
        TestWindow.RunAsync(engine, window);

    private static async Task<Dictionary<int, Generation>> LeaveAsync(LocalBatchEngine engine, InferenceRequest[] window)
    {
        await foreach (var generation in engine.RunAsync(window, CancellationToken.None))
        {
            return new Dictionary<int, Generation> { [generation.Index] = generation };
        }

        return [];
    }

    private static void WaitIf(bool condition, ManualResetEventSlim signal)
    {
        if (condition)
        {
            signal.Wait(TimeSpan.FromMinutes(1));
        }
    }
}
