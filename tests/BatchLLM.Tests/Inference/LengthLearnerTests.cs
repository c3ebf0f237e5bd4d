using BatchLLM.Inference;
using BatchLLM.Planning;
using Xunit;

namespace BatchLLM.Tests.Inference;

public sealed class LengthLearnerTests
{
    private const int EndOfText = 256;

    [Fact]
    public async Task A_window_teaches_the_next_one()
    {
        var lengths = new OutputLengths();
        await RunAsync(Window(), lengths);

        Assert.Equal(0, WindowPlan.Of(Window(), TestWindow.Ample, lengths).SampleCount);
        Assert.InRange(lengths.Expect(promptTokens: 20, maxTokens: 250), 140, 210);
        Assert.InRange(lengths.Expect(promptTokens: 3, maxTokens: 250), 2, 8);
    }

    [Fact]
    public async Task Long_rows_at_the_end_of_the_window_start_before_it_is_too_late()
    {
        var inOrder = await RunAsync(Window(), lengths: null);
        var lengths = new OutputLengths();

        var sampled = await RunAsync(Window(), lengths);
        var known = await RunAsync(Window(), lengths);

        // A long row takes 200 steps, most of them with next to nothing beside it if it starts last.
        Assert.True(sampled <= inOrder - 50, $"{sampled} steps after a sample, {known} when known, {inOrder} in order");
        Assert.True(known <= inOrder - 100, $"{sampled} steps after a sample, {known} when known, {inOrder} in order");
    }

    [Fact]
    public async Task A_window_that_was_left_teaches_nothing()
    {
        var lengths = new OutputLengths();
        using var runner = Scripted();
        await using var engine = new LocalBatchEngine(runner, Tokenizer, new HashSet<int> { EndOfText }, lengths: lengths);
        await foreach (var _ in engine.RunAsync(Window(), CancellationToken.None))
        {
            break;
        }

        // The steps may have run ahead of the reader, to the end of the window at most.
        Assert.True(lengths.IsEmpty || runner.StepCount > 100);
    }

    [Fact]
    public async Task Rows_without_an_answer_teach_nothing()
    {
        var lengths = new OutputLengths();
        using var runner = Scripted();
        runner.Script = (_, _) => -1;
        await using var engine = new LocalBatchEngine(runner, Tokenizer, new HashSet<int> { EndOfText }, lengths: lengths);
        var results = await TestWindow.RunAsync(engine, Window());

        Assert.All(results.Values, result => Assert.NotNull(result.Error));
        Assert.True(lengths.IsEmpty);
    }

    private static ByteTokenizer Tokenizer { get; } = new((string?)null);

    // Short answers to short prompts and long ones to long prompts: now and then, and at the end, where it is worst.
    private static InferenceRequest[] Window() =>
    [
        .. Enumerable.Range(0, 3008).Select(index => TestWindow.Request(index, 0, 250) with
        {
            PromptTokens = [index % 256, index / 256, .. new int[index % 100 == 50 || index >= 3000 ? 18 : 1]],
            Sampling = new SamplingParameters { MaxTokens = 250, Temperature = 1 },
        }),
    ];

    private static ScriptedRunner Scripted() =>
        new(new RunnerLimits(400, 257, StepTokenBudget: 64, StepSequenceBudget: 64, KvBlockTokens: 4, KvBlockCount: 4000))
        {
            Script = (sequence, generated) => generated < (sequence.PromptCount > 3 ? 199 : 1) ? 'a' : EndOfText,
        };

    private static async Task<int> RunAsync(InferenceRequest[] window, OutputLengths? lengths)
    {
        using var runner = Scripted();
        await using var engine = new LocalBatchEngine(runner, Tokenizer, new HashSet<int> { EndOfText }, lengths: lengths);
        Assert.Equal(window.Length, (await TestWindow.RunAsync(engine, window)).Count);
        return runner.StepCount;
    }
}
