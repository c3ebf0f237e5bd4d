using System.Text;
using BatchLLM.Inference;
using BatchLLM.Rows;
using Xunit;

namespace BatchLLM.Tests.Inference;

public sealed class EchoEngineTests
{
    private const int Context = 48;

    [Theory]
    [InlineData("Hello", 3, "Hel", FinishReason.Length)]
    [InlineData("Hello", 5, "Hello", FinishReason.Stop)]
    [InlineData("Hello", 9, "Hello", FinishReason.Stop)]
    public async Task A_row_is_answered_with_the_beginning_of_its_prompt(
        string prompt, int maxTokens, string text, FinishReason reason)
    {
        var result = Assert.Single(await RunAsync(Request(0, prompt, maxTokens)));

        Assert.Equal((text, text.Length, reason), (result.Text, result.CompletionTokens, result.FinishReason));
        Assert.Equal(text.Select(letter => (int)letter), result.TokenIds);
    }

    [Fact]
    public async Task An_echo_is_cut_where_the_context_ends()
    {
        var result = Assert.Single(await RunAsync(Request(0, new string('a', Context - 2), 40)));

        Assert.Equal(("aa", FinishReason.Length), (result.Text, result.FinishReason));
    }

    [Fact]
    public async Task A_stop_string_ends_an_echo_as_it_ends_a_completion()
    {
        var result = Assert.Single(await RunAsync(Request(0, "one, two, three", 12, "absent", ", t")));

        Assert.Equal(("one", 6, FinishReason.Stop), (result.Text, result.CompletionTokens, result.FinishReason));
        Assert.Equal("one, t", Encoding.UTF8.GetString([.. result.TokenIds.Select(token => (byte)token)]));
    }

    [Theory]
    [InlineData(false, "Hi")]
    [InlineData(true, " Hi")]
    public async Task Only_a_continuation_keeps_the_space_that_an_encoding_puts_before_every_text(bool continuesText, string text)
    {
        var tokenizer = new ByteTokenizer { AddedSpaces = 1 };
        await using var engine = new EchoEngine(tokenizer, Context);
        var request = Request(0, " Hi", 5) with { ContinuesText = continuesText };

        Assert.Equal(text, (await engine.RunAsync([request], CancellationToken.None).SingleAsync(Token)).Text);
    }

    [Fact]
    public async Task A_row_that_cannot_be_served_fails_alone()
    {
        var results = await RunAsync(Request(0, "", 4), Request(1, "good", 4), Request(2, new string('x', Context), 4));

        Assert.Equal(
            [RowErrorCodes.EmptyPrompt, null, RowErrorCodes.PromptTooLong],
            results.OrderBy(result => result.Index).Select(result => result.Error?.Code));
    }

    [Fact]
    public async Task Every_row_of_a_random_window_ends_once_with_its_own_prompt()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");
        var window = TestWindow.Sharing(new Random(seed), 300);
        await using var engine = new EchoEngine(new ByteTokenizer(), Context);

        var results = await engine.RunAsync(window, CancellationToken.None).ToListAsync(Token);

        Assert.Equal(Enumerable.Range(0, window.Length), results.Select(result => result.Index).Order());
        Assert.All(results, result => Assert.Equal(Expected(window[result.Index]), result.TokenIds));
    }

    [Fact]
    public async Task A_copy_says_that_it_is_one()
    {
        var results = await RunAsync(Request(0, "same", 2), Request(1, "other", 2), Request(2, "same", 2));

        var copy = Assert.Single(results, result => result.IsCopy);
        Assert.Equal((2, "sa", 4), (copy.Index, copy.Text, copy.SharedPromptTokens));
    }

    [Fact]
    public async Task A_cancelled_run_ends_between_rows()
    {
        using var source = new CancellationTokenSource();
        await using var engine = new EchoEngine(new ByteTokenizer(), Context);
        var rows = 0;

        await Assert.ThrowsAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in engine.RunAsync([Request(0, "a", 1), Request(1, "b", 1)], source.Token))
            {
                rows++;
                await source.CancelAsync();
            }
        });

        Assert.Equal(1, rows);
    }

    private static IEnumerable<int> Expected(InferenceRequest request) => request.PromptTokens
        .Take(Math.Min(request.Sampling.MaxTokens, Context - request.PromptTokens.Length));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static InferenceRequest Request(int index, string prompt, int maxTokens, params string[] stop) => new(
        index, (ulong)index, [.. Encoding.UTF8.GetBytes(prompt).Select(value => (int)value)],
        new SamplingParameters { MaxTokens = maxTokens, Stop = stop });

    private static async Task<List<Generation>> RunAsync(params InferenceRequest[] window)
    {
        await using var engine = new EchoEngine(new ByteTokenizer(), Context);
        return await engine.RunAsync(window, CancellationToken.None).ToListAsync(Token);
    }
}
