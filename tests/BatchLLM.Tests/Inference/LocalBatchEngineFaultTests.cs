using BatchLLM.Inference;
using Xunit;

namespace BatchLLM.Tests.Inference;

public sealed class LocalBatchEngineFaultTests
{
    private static readonly InferenceRequest[] Window =
        [.. Enumerable.Range(0, 50).Select(index => TestWindow.Request(index, 6, 1 + index % 20))];

    [Fact]
    public async Task What_the_runner_throws_reaches_the_consumer_after_the_finished_rows()
    {
        using var runner = new ScriptedRunner(TestWindow.Ample);
        await using var engine = Engine(runner);
        var fault = new BatchLLMException("The device is gone.", isTransient: true);
        runner.BeforeStep = step => StepFaults.ThrowIf(step == 8, fault);
        var results = new List<Generation>();

        var thrown = await Assert.ThrowsAsync<BatchLLMException>(() => TestWindow.CollectAsync(engine, Window, results));

        Assert.Same(fault, thrown);
        Assert.InRange(results.Count, 1, Window.Length - 1);
    }

    [Fact]
    public async Task The_engine_takes_the_next_window_after_a_fault()
    {
        using var runner = new ScriptedRunner(TestWindow.Ample);
        await using var engine = Engine(runner);
        runner.BeforeStep = step => StepFaults.ThrowIf(step == 8, new BatchLLMException("The device is gone."));
        await Assert.ThrowsAsync<BatchLLMException>(() => TestWindow.CollectAsync(engine, Window, []));

        Assert.Equal(Window.Length, (await TestWindow.RunAsync(engine, Window)).Count);
    }

    [Fact]
    public async Task Cancellation_ends_the_run_between_two_steps()
    {
        using var runner = new ScriptedRunner(TestWindow.Ample);
        await using var engine = Engine(runner);
        using var cancel = new CancellationTokenSource();
        runner.BeforeStep = step => StepFaults.CancelIf(step == 5, cancel);

        var thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => TestWindow.CollectAsync(engine, Window, [], cancel.Token));

        Assert.Equal(cancel.Token, thrown.CancellationToken);
        Assert.Equal(6, runner.StepCount);
    }

    [Fact]
    public async Task Leaving_the_enumeration_ends_the_run_and_frees_the_engine()
    {
        using var runner = new ScriptedRunner(TestWindow.Ample);
        await using var engine = Engine(runner);
        using var mayGoOn = new ManualResetEventSlim();
        runner.BeforeStep = step => WaitIf(step == 4, mayGoOn);

        await foreach (var _ in engine.RunAsync(Window, CancellationToken.None))
        {
            mayGoOn.Set();
            break;
        }

        runner.BeforeStep = null;
        Assert.Equal(Window.Length, (await TestWindow.RunAsync(engine, Window)).Count);
    }

    [Fact]
    public async Task A_consumer_that_waits_does_not_hold_up_the_steps()
    {
        var isDone = new TaskCompletionSource();
        using var runner = new ScriptedRunner(TestWindow.Ample);
        await using var engine = new LocalBatchEngine(
            runner, new ByteTokenizer(), TestWindow.NoStopTokens, new StepObserver(step => SetIfDone(step, isDone)));
        var count = 0;

        await foreach (var _ in engine.RunAsync(Window, CancellationToken.None))
        {
            await isDone.Task;
            count++;
        }

        Assert.Equal(Window.Length, count);
    }

    [Fact]
    public async Task An_engine_with_a_window_refuses_to_be_disposed_and_goes_on()
    {
        using var runner = new ScriptedRunner(TestWindow.Ample);
        await using var engine = Engine(runner);
        var count = 0;

        await foreach (var _ in engine.RunAsync(Window, CancellationToken.None))
        {
            count++;
            await Assert.ThrowsAsync<InvalidOperationException>(async () => await engine.DisposeAsync());
        }

        Assert.Equal(Window.Length, count);
    }

    [Fact]
    public async Task A_disposed_engine_has_disposed_its_runner_and_takes_no_window()
    {
        using var runner = new ScriptedRunner(TestWindow.Ample);
        var engine = Engine(runner);
        await engine.DisposeAsync();
        await engine.DisposeAsync();

        Assert.True(runner.IsDisposed);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => TestWindow.CollectAsync(engine, Window, []));
    }

    private static LocalBatchEngine Engine(ScriptedRunner runner) =>
        new(runner, new ByteTokenizer(), TestWindow.NoStopTokens);

    private static void WaitIf(bool condition, ManualResetEventSlim signal)
    {
        if (condition)
        {
            signal.Wait(TimeSpan.FromMinutes(1));
        }
    }

    private static void SetIfDone(StepReport report, TaskCompletionSource source)
    {
        if (report.Live + report.Waiting == 0)
        {
            source.SetResult();
        }
    }
}
