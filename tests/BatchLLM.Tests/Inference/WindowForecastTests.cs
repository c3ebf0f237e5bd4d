using BatchLLM.Inference;
using BatchLLM.Planning;
using Xunit;

namespace BatchLLM.Tests.Inference;

public sealed class WindowForecastTests
{
    private static readonly HashSet<int> StopTokens = [3, 77, 200];

    [Fact]
    public async Task A_run_saves_what_was_foretold()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        for (var round = 0; round < 150; round++)
        {
            var window = TestWindow.Sharing(random, random.Next(1, 100));
            var limits = TestWindow.Ample with
            {
                KvBlockTokens = random.Next(1, 7),
                KvBlockCount = 6000,
                StepTokenBudget = random.Next(1, 100),
            };
            var lengths = random.Next(2) == 0 ? null : new OutputLengths();

            var (found, computed) = await RunAsync(limits, window, lengths);

            var expected = WindowForecast.Of(window, limits);
            Assert.True(expected == found, $"seed {seed}, round {round}: expected {expected}, found {found}");
            Assert.True(computed == found.PromptTokens - found.SharedPromptTokens, $"seed {seed}, round {round}: {computed}");
        }
    }

    [Fact]
    public async Task A_run_that_is_short_of_blocks_saves_no_more_than_was_foretold()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        for (var round = 0; round < 50; round++)
        {
            var window = TestWindow.Sharing(random, random.Next(20, 100));
            var limits = TestWindow.Ample with { KvBlockCount = 14 };

            var (found, _) = await RunAsync(limits, window, new OutputLengths());

            var expected = WindowForecast.Of(window, limits);
            Assert.True(found.SharedPromptTokens <= expected.SharedPromptTokens, $"seed {seed}, round {round}");
            Assert.True(found with { SharedPromptTokens = 0 } == expected with { SharedPromptTokens = 0 }, $"seed {seed}, round {round}");
        }
    }

    [Fact]
    public void Rows_that_cannot_be_served_and_the_last_positions_of_prompts_do_not_count()
    {
        InferenceRequest[] window =
        [
            TestWindow.Request(0, 0, 5), Row(1, temperature: 1), Row(2, temperature: 1), Row(3), Row(4), Row(5),
        ];

        Assert.Equal(new WindowForecast(Rows: 5, Copies: 2, PromptTokens: 40, SharedPromptTokens: 24), WindowForecast.Of(window, TestWindow.Ample));
    }

    private static InferenceRequest Row(int index, double temperature = 0) => TestWindow.Request(0, 8, 5) with
    {
        Index = index,
        Sampling = new SamplingParameters { MaxTokens = 5, Temperature = temperature },
    };

    private static async Task<(WindowForecast Found, int ComputedTokens)> RunAsync(
        RunnerLimits limits, InferenceRequest[] window, OutputLengths? lengths)
    {
        var computed = 0;
        using var runner = new ScriptedRunner(limits);
        await using var engine = new LocalBatchEngine(
            runner, new ByteTokenizer(), StopTokens, new StepObserver(step => computed += step.PromptPositions), lengths);
        var results = await TestWindow.RunAsync(engine, window);
        var found = new WindowForecast(
            results.Count,
            results.Values.Count(result => result.IsCopy),
            window.Sum(row => (long)row.PromptTokens.Length),
            results.Values.Sum(result => (long)result.SharedPromptTokens));
        return (found, computed);
    }
}
