using BatchLLM.Inference;
using BatchLLM.Preflight;
using BatchLLM.Tests.Inference;
using Xunit;

namespace BatchLLM.Tests.Preflight;

public sealed class TrialRunTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task A_sample_that_ends_in_time_is_counted_as_the_engine_counts_it()
    {
        var seed = Random.Shared.Next();
        var window = TestWindow.Random(new Random(seed), 60);
        await using var engine = new LocalBatchEngine(new ScriptedRunner(TestWindow.Ample), new ByteTokenizer(), TestWindow.NoStopTokens);
        var expected = await TestWindow.RunAsync(engine, window);

        var trial = await RunAsync(new ScriptedRunner(TestWindow.Ample), window, new ManualTime());

        Assert.True(trial.Completions.Select((completion, index) => expected[index].CompletionTokens == completion.Tokens).All(same => same), $"seed {seed}");
        Assert.All(trial.Completions, completion => Assert.True(completion.IsWhole));
        Assert.True(window.Sum(row => row.PromptTokens.Length) <= trial.Steps.Sum(step => step.PromptPositions), $"seed {seed}");
    }

    [Fact]
    public async Task When_time_is_up_unfinished_rows_are_known_to_be_longer()
    {
        var time = new ManualTime();
        var runner = new ScriptedRunner(TestWindow.Ample) { BeforeStep = step => time.FireIf(step == 6) };
        var window = Enumerable.Range(0, 60).Select(index => TestWindow.Request(index, 4, index == 0 ? 3 : 40)).ToArray();

        var trial = await RunAsync(runner, window, time);

        Assert.Equal(7, trial.Steps.Count);
        Assert.Equal((3, true), (trial.Completions[0].Tokens, trial.Completions[0].IsWhole));
        Assert.Equal((7, false, 40), (trial.Completions[1].Tokens, trial.Completions[1].IsWhole, trial.Completions[1].MaxTokens));
        Assert.InRange(trial.Completions.Count, 2, 59);
    }

    private static Task<TrialRun> RunAsync(ScriptedRunner runner, InferenceRequest[] window, TimeProvider time) => TrialRun.RunAsync(
        runner, new ByteTokenizer(), TestWindow.NoStopTokens, window, Limit, time, CancellationToken.None);

    /// <summary>A clock whose timers fire when the test says so.</summary>
    private sealed class ManualTime : TimeProvider
    {
        private Action? _fire;

        public void FireIf(bool isDue)
        {
            if (isDue)
            {
                _fire!();
            }
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _fire = () => callback(state);
            return new NoTimer();
        }

        private sealed class NoTimer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
