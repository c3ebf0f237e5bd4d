using System.Text;
using BatchLLM.Blobs.Files;
using BatchLLM.Incremental;
using BatchLLM.Inference;
using BatchLLM.Tests.Blobs;
using BatchLLM.Tests.Inference;
using Xunit;

namespace BatchLLM.Tests.Incremental;

public sealed class ReusingEngineTests : IDisposable
{
    private static readonly byte[] ModelKey = [1, 2, 3];

    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Known_rows_get_their_earlier_answers_and_the_rest_is_run()
    {
        var window = Window("one", "two", "three", "");
        var answers = new EarlierAnswers(() => new ScratchFile(_folder.Path), rows: 1);
        answers.Add(ContentHash.Of(ModelKey, window[1]), new EarlierAnswer("earlier", FinishReason.Length, 9, [4, 5]));
        await using var engine = Engine(answers);

        var results = await RunAsync(engine, window);

        Assert.Equal(["one", "earlier", "three", ""], results.Select(result => result.Text));
        Assert.Equal([false, true, false, false], results.Select(result => result.IsReused));
        Assert.Equal((FinishReason.Length, 9, 3), (results[1].FinishReason, results[1].CompletionTokens, results[1].SharedPromptTokens));
        Assert.Equal([4, 5], results[1].TokenIds);
        Assert.NotNull(results[3].Error); // an empty prompt, as the inner engine sees it
        Assert.Equal(window.Select(request => ContentHash.Of(ModelKey, request)), results.Select(result => result.ContentHash));
    }

    [Fact]
    public async Task Without_earlier_answers_all_rows_are_run_and_get_their_hashes()
    {
        await using var engine = Engine(answers: null);

        var results = await RunAsync(engine, Window("a", "b"));

        Assert.All(results, result => Assert.False(result.IsReused));
        Assert.Equal(2, results.Select(result => result.ContentHash).Where(hash => hash != ContentHash.None).Distinct().Count());
    }

    private static ReusingEngine Engine(EarlierAnswers? answers) => new(new EchoEngine(new ByteTokenizer(), contextLength: 48), answers, ModelKey);

    private static async Task<List<Generation>> RunAsync(ReusingEngine engine, List<InferenceRequest> window)
    {
        var results = await engine.RunAsync(window, CancellationToken.None).ToListAsync(TestContext.Current.CancellationToken);
        return [.. results.OrderBy(result => result.Index)];
    }

    private static List<InferenceRequest> Window(params string[] prompts) =>
    [
        .. prompts.Select((prompt, index) => new InferenceRequest(
            index, (ulong)index, [.. Encoding.UTF8.GetBytes(prompt).Select(letter => (int)letter)], new SamplingParameters { MaxTokens = 20 })),
    ];
}
