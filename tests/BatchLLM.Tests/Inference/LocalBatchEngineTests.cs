using System.Text;
using BatchLLM.Inference;
using BatchLLM.Rows;
using Xunit;

namespace BatchLLM.Tests.Inference;

public sealed class LocalBatchEngineTests
{
    private const int EndOfText = 256;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(13)]
    public async Task A_completion_without_a_stop_is_cut_at_max_tokens(int maxTokens)
    {
        var result = await Complete("abcdefghijklmnopqrstuvwxyz", maxTokens);

        Assert.Equal("abcdefghijklmnopqrstuvwxyz"[..maxTokens], result.Text);
        Assert.Equal(maxTokens, result.TokenIds.Length);
        Assert.Equal(maxTokens, result.CompletionTokens);
        Assert.Equal(FinishReason.Length, result.FinishReason);
    }

    [Fact]
    public async Task A_completion_is_cut_where_the_context_ends()
    {
        using var runner = Scripted(new string('a', 100));
        var request = TestWindow.Request(0, TestWindow.Context - 3, 50);

        var result = Assert.Single(await Run(runner, [request])).Value;

        Assert.Equal("aaa", result.Text);
        Assert.Equal(FinishReason.Length, result.FinishReason);
    }

    [Fact]
    public async Task A_stop_token_ends_the_completion_and_is_counted_but_not_part_of_it()
    {
        var result = await Complete("ab", 10);

        Assert.Equal("ab", result.Text);
        Assert.Equal(['a', 'b'], result.TokenIds.Select(token => (char)token));
        Assert.Equal(3, result.CompletionTokens);
        Assert.Equal(FinishReason.Stop, result.FinishReason);
    }

    [Fact]
    public async Task A_stop_token_as_the_last_allowed_token_is_a_stop()
    {
        var result = await Complete("ab", 3);

        Assert.Equal(FinishReason.Stop, result.FinishReason);
        Assert.Equal(3, result.CompletionTokens);
    }

    [Fact]
    public async Task A_stop_string_over_several_tokens_ends_the_completion_before_it()
    {
        var result = await Complete("one two\n\nthree", 40, "absent", "\n\n");

        Assert.Equal("one two", result.Text);
        Assert.Equal("one two\n\n", Encoding.UTF8.GetString([.. result.TokenIds.Select(token => (byte)token)]));
        Assert.Equal(9, result.CompletionTokens);
        Assert.Equal(FinishReason.Stop, result.FinishReason);
    }

    [Fact]
    public async Task A_stop_string_of_characters_split_across_tokens_is_found()
    {
        var result = await Complete("größer 😀終わり", 40, "😀終");

        Assert.Equal("größer ", result.Text);
        Assert.Equal(FinishReason.Stop, result.FinishReason);
    }

    [Fact]
    public async Task A_stop_string_completed_by_the_last_allowed_token_is_a_stop() =>
        Assert.Equal(FinishReason.Stop, (await Complete("abEND", 5, "END")).FinishReason);

    [Fact]
    public async Task A_stop_string_in_the_prompt_does_not_end_the_completion()
    {
        using var runner = Scripted("xy");
        var request = new InferenceRequest(
            0, 1, ['E', 'N', 'D'], new SamplingParameters { MaxTokens = 5, Stop = ["END", "Dx"] });

        Assert.Equal("xy", Assert.Single(await Run(runner, [request])).Value.Text);
    }

    [Theory]
    [InlineData(false, "Hi  there")]
    [InlineData(true, " Hi  there")]
    public async Task Only_a_continuation_keeps_the_space_that_an_encoding_puts_before_every_text(bool continuesText, string text)
    {
        var tokenizer = new ByteTokenizer { AddedSpaces = 1 };
        foreach (var stop in (string[][])[[], ["!"]])
        {
            using var runner = Scripted(stop.Length == 0 ? " Hi  there" : " Hi  there!");
            await using var engine = new LocalBatchEngine(runner, tokenizer, StopTokens);
            var request = TestWindow.Request(0, 5, 40, stop) with { ContinuesText = continuesText };

            Assert.Equal(text, Assert.Single(await TestWindow.RunAsync(engine, [request])).Value.Text);
        }
    }

    [Fact]
    public async Task Rows_that_can_never_be_served_fail_alone_and_at_once()
    {
        using var runner = Scripted("ok", TestWindow.Ample with { VocabularySize = 257, KvBlockCount = 3 });
        var window = new[]
        {
            TestWindow.Request(0, 0, 5),
            TestWindow.Request(1, TestWindow.Context, 5),
            TestWindow.Request(2, 8, 6),
            TestWindow.Request(3, 8, 5),
            TestWindow.Request(4, 3, 0),
            new InferenceRequest(5, 5, [4, 257], new SamplingParameters()),
        };

        var results = await Run(runner, window);

        Assert.Equal(
            (RowErrorCodes.EmptyPrompt, "the prompt has no tokens; expected at least one"), Problem(results[0]));
        Assert.Equal(
            (RowErrorCodes.PromptTooLong,
                "the prompt has 48 tokens; expected at most 47, so that the context of 48 leaves room for one more"),
            Problem(results[1]));
        Assert.Equal(
            (RowErrorCodes.EngineError,
                "the prompt of 8 tokens and max_tokens 6 need 13 KV positions; the KV cache has 12: "
                + "lower max_tokens or give the cache more memory"),
            Problem(results[2]));
        Assert.Equal("ok", results[3].Text);
        Assert.Equal(
            (RowErrorCodes.InvalidParameter, "max_tokens is 0; expected 1 to 1048576"), Problem(results[4]));
        Assert.Equal(
            (RowErrorCodes.EngineError,
                "prompt token 2 has id 257; expected 0 to 256: the tokenizer is not the model's"),
            Problem(results[5]));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(257)]
    public async Task A_missing_or_impossible_token_fails_its_row_only(int wrong)
    {
        using var runner = Scripted("abc");
        var script = runner.Script;
        runner.Script = (sequence, generated) =>
            sequence.Request.Index == 1 && generated == 2 ? wrong : script!(sequence, generated);

        var results = await Run(runner, [.. Enumerable.Range(0, 3).Select(index => TestWindow.Request(index, 4, 9))]);

        Assert.Equal(["abc", "", "abc"], Enumerable.Range(0, 3).Select(index => results[index].Text));
        Assert.Equal(
            (RowErrorCodes.EngineError,
                "the model gave no valid token after 2 generated ones; its logits were not all finite"),
            Problem(results[1]));
    }

    [Fact]
    public async Task An_empty_window_yields_nothing()
    {
        using var runner = Scripted("abc");

        Assert.Empty(await Run(runner, []));
        Assert.Equal(0, runner.StepCount);
    }

    [Fact]
    public async Task Step_reports_account_for_every_prompt_position_and_token()
    {
        var reports = new List<StepReport>();
        using var runner = Scripted("abc", TestWindow.Ample with { VocabularySize = 257, StepTokenBudget = 5 });
        await using var engine =
            new LocalBatchEngine(runner, Tokenizer, StopTokens, new StepObserver(reports.Add));
        var window = Enumerable.Range(0, 30).Select(index => TestWindow.Request(index, 7, 9)).ToArray();

        await TestWindow.RunAsync(engine, window);

        Assert.Equal(30 * 7, reports.Sum(report => report.PromptPositions));
        Assert.Equal(30 * 4, reports.Sum(report => report.GeneratedTokens));
        Assert.Equal(runner.StepCount, reports.Count);
        Assert.Equal((0, 0), (reports[^1].Live, reports[^1].Waiting));
        Assert.InRange(reports[0].Live + reports[0].Waiting, 30, 30);
    }

    private static ByteTokenizer Tokenizer { get; } = new((string?)null);

    private static HashSet<int> StopTokens { get; } = [EndOfText];

    // Every row's completion is the text's bytes, one token each, then the stop token.
    private static ScriptedRunner Scripted(string text, RunnerLimits? limits = null)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return new ScriptedRunner(limits ?? TestWindow.Ample with { VocabularySize = 257 })
        {
            Script = (_, generated) => generated < bytes.Length ? bytes[generated] : EndOfText,
        };
    }

    private static async Task<Generation> Complete(string text, int maxTokens, params string[] stop)
    {
        using var runner = Scripted(text);
        return Assert.Single(await Run(runner, [TestWindow.Request(0, 5, maxTokens, stop)])).Value;
    }

    private static async Task<Dictionary<int, Generation>> Run(ScriptedRunner runner, InferenceRequest[] window)
    {
        await using var engine = new LocalBatchEngine(runner, Tokenizer, StopTokens);
        return await TestWindow.RunAsync(engine, window);
    }

    private static (string, string) Problem(Generation generation)
    {
        Assert.Empty(generation.Text);
        Assert.Empty(generation.TokenIds);
        return (generation.Error!.Code, generation.Error.Message);
    }
}
