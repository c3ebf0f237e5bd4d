using BatchLLM.Inference;
using BatchLLM.Planning;
using Xunit;

namespace BatchLLM.Tests.Inference;

/// <summary>The seed is in the test's name; every run checks the runner's contract on every step.</summary>
public sealed class LocalBatchEnginePropertyTests
{
    private static readonly HashSet<int> StopTokens = [3, 77, 200];

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 60)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task A_completion_depends_on_its_row_only(int seed)
    {
        var random = new Random(seed);
        var window = TestWindow.Random(random, random.Next(1, 60));
        var expected = await Run(TestWindow.Ample, window);
        random.Shuffle(window);

        var results = await Run(RandomLimits(random, window), window);

        Assert.Equal(window.Length, results.Count);
        Assert.All(results, pair => AssertSame(expected[pair.Key], pair.Value));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Sharing_copying_and_learnt_lengths_change_no_answer(int seed)
    {
        var random = new Random(seed);
        var window = TestWindow.Sharing(random, random.Next(1, 80));
        var expected = new Dictionary<int, Generation>();
        foreach (var row in window)
        {
            expected.Add(row.Index, (await Run(TestWindow.Ample, [row]))[row.Index]);
        }

        random.Shuffle(window);
        var limits = RandomLimits(random, window);
        using var runner = new ScriptedRunner(limits);
        await using var engine = new LocalBatchEngine(runner, new ByteTokenizer(), StopTokens, lengths: new OutputLengths());

        // The second window starts with what the first has taught.
        for (var pass = 0; pass < 2; pass++)
        {
            var results = await TestWindow.RunAsync(engine, window);
            Assert.Equal(window.Length, results.Count);
            Assert.All(results, pair => AssertSame(expected[pair.Key], pair.Value));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    public async Task The_smallest_cache_that_fits_the_largest_row_serves_all_rows(int budget)
    {
        var window = TestWindow.Random(new Random(5), 40);
        var expected = await Run(TestWindow.Ample, window);
        var limits = TestWindow.Ample with { StepTokenBudget = budget, KvBlockCount = LeastBlocks(window, 4) };

        var results = await Run(limits, window);

        Assert.All(window, request => AssertSame(expected[request.Index], results[request.Index]));
    }

    [Fact]
    public async Task A_window_of_a_hundred_thousand_rows_finishes_each_once()
    {
        // Drawn, so that none is another's copy.
        InferenceRequest[] window =
        [
            .. Enumerable.Range(0, 100_000).Select(index => TestWindow.Request(index, 1 + index % 5, 1 + index % 3) with
            {
                Sampling = new SamplingParameters { MaxTokens = 1 + index % 3, Temperature = 1 },
            }),
        ];
        var limits = TestWindow.Ample with { StepTokenBudget = 512, StepSequenceBudget = 128, KvBlockCount = 256 };
        var most = 0;
        using var runner = new ScriptedRunner(limits);
        await using var engine = new LocalBatchEngine(
            runner, new ByteTokenizer(), StopTokens, new StepObserver(report => most = Math.Max(most, report.Live)));

        var results = await TestWindow.RunAsync(engine, window);

        Assert.Equal(window.Length, results.Count);
        Assert.InRange(most, 50, 128);

        // A row takes two steps on average, 128 rows at a time: the steps are full nearly all the time.
        Assert.InRange(runner.StepCount, 2 * 100_000 / 128 * 9 / 10, 2 * 100_000 / 128 * 11 / 10);
    }

    private static async Task<Dictionary<int, Generation>> Run(RunnerLimits limits, InferenceRequest[] window)
    {
        using var runner = new ScriptedRunner(limits);
        await using var engine = new LocalBatchEngine(runner, new ByteTokenizer(), StopTokens);
        return await TestWindow.RunAsync(engine, window);
    }

    private static RunnerLimits RandomLimits(Random random, InferenceRequest[] window)
    {
        var blockTokens = random.Next(1, 9);
        var blocks = LeastBlocks(window, blockTokens) + random.Next(0, 3) * random.Next(0, 20);
        return new RunnerLimits(TestWindow.Context, 256, random.Next(1, 40), random.Next(1, 20), blockTokens, blocks);
    }

    private static int LeastBlocks(InferenceRequest[] window, int blockTokens) => window.Max(request =>
    {
        var maxTokens = Math.Min(request.Sampling.MaxTokens, TestWindow.Context - request.PromptTokens.Length);
        return (request.PromptTokens.Length + maxTokens - 1 + blockTokens - 1) / blockTokens;
    });

    private static void AssertSame(Generation expected, Generation actual)
    {
        Assert.Null(expected.Error);
        Assert.Null(actual.Error);
        Assert.Equal(expected.TokenIds, actual.TokenIds);
        Assert.Equal(expected.Text, actual.Text);
        Assert.Equal(expected.CompletionTokens, actual.CompletionTokens);
        Assert.Equal(expected.FinishReason, actual.FinishReason);
    }
}
