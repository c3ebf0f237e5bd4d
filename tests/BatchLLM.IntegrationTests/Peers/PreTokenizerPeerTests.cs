using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using BatchLLM.Tokens;
using Xunit;

namespace BatchLLM.IntegrationTests.Peers;

/// <summary>
/// Every kind of pre-tokenizer, as published vocabularies combine them, cuts as the native reference does: GPT-2's
/// vocabulary with its pre_tokenizer replaced gives the same ids.
/// </summary>
public sealed class PreTokenizerPeerTests(ITestOutputHelper output)
{
    private const int Seed = 20261122;
    private const int PerKind = 60;

    private const string Tekken =
        @"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+"
        + @"[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private const string Gpt4o =
        @"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"
        + @"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"
        + @"\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private const string Gpt4 =
        @"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+";

    private const string Qwen =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private const string DeepSeekText =
        "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+|"
        + " ?[\\p{P}\\p{S}]+[\r\n]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+";

    private static readonly Lazy<IReadOnlyList<string>> Texts = new(
        () => [.. new TextCorpus(Seed).Make(PerKind), .. Alphabet()]);

    /// <summary>A name for the test's title, and the pre_tokenizer section.</summary>
    public static TheoryData<string, string> Sections => new()
    {
        { "Mistral Nemo", Before(ByteLevel(), Split(Tekken)) },
        { "GPT-4o", Before(ByteLevel(), Split(Gpt4o, "Removed", invert: true)) },
        { "GPT-4", Before(ByteLevel(), Split(Gpt4)) },
        { "Qwen 2.5", Before(ByteLevel(), Split(Qwen)) },
        { "Qwen 2.5, then digits", Before(ByteLevel(), Split(Qwen), """{"type":"Digits","individual_digits":true}""") },
        { "DeepSeek V3", Before(ByteLevel(), Split(@"\p{N}{1,3}"), Split("[一-龥\u3040-ゟ゠-ヿ]+"), Split(DeepSeekText)) },
        {
            "DeepSeek Coder",
            Before(ByteLevel(), Split("[\r\n]"), Split(@"\s?\p{L}+"), Split(@"\s?\p{P}+"), Split("[一-龥ࠀ-一가-\uD7FF]+"), """{"type":"Digits","individual_digits":true}""")
        },
        { "SmolLM", Before(ByteLevel(regex: true), """{"type":"Digits","individual_digits":true}""") },
        { "Digits together", Before(ByteLevel(regex: true), """{"type":"Digits","individual_digits":false}""") },
        {
            "Falcon",
            Sequence("""{"type":"Punctuation","behavior":"Contiguous"}""", ByteLevel(regex: true), """{"type":"Digits","individual_digits":false}""", Split("[0-9][0-9][0-9]"))
        },
        { "Digits of spelled bytes", Sequence(ByteLevel(), """{"type":"Digits","individual_digits":true}""") },
        { "BLOOM", Before(ByteLevel(), Split(@" ?[^(\s|[.,!?…。，、।۔،])]+")) },
        { "Digits by threes from the right", Before(ByteLevel(), Split(@"(?=(\d{3})+(?!\d))"), Split(Gpt4)) },
        { "Digits by threes from the left", Before(ByteLevel(), Split(@"\d{1,3}(?=(?:\d{3})*\b)")) },
        { "Chinese", Before(ByteLevel(), Split(@"[\p{Han}]+"), Split(@"[^\p{^Hiragana}]+|\p{Katakana}")) },
        { "GPT-2 with a space", ByteLevel(space: true, regex: true) },
        { "a space in front of each piece", Before(ByteLevel(space: true, regex: true), Split(@"\d+")) },
        { "a space, no expression", ByteLevel(space: true) },
        { "no expression", ByteLevel() },
        { "Whitespace", Before(ByteLevel(), """{"type":"Whitespace"}""") },
        { "WhitespaceSplit", Before(ByteLevel(), """{"type":"WhitespaceSplit"}""") },
        { "Punctuation", Before(ByteLevel(), """{"type":"Punctuation"}""") },
        { "Punctuation before", Before(ByteLevel(), """{"type":"Punctuation","behavior":"MergedWithPrevious"}""") },
        { "Punctuation after", Before(ByteLevel(), """{"type":"Punctuation","behavior":"MergedWithNext"}""") },
        { "Punctuation removed", Before(ByteLevel(), """{"type":"Punctuation","behavior":"Removed"}""") },
        { "at a text, isolated", Before(ByteLevel(), Split("a.", literal: true)) },
        { "at a text, removed", Before(ByteLevel(), Split(" ", "Removed", literal: true)) },
        { "at a text, with the previous", Before(ByteLevel(), Split(" ", "MergedWithPrevious", literal: true)) },
        { "at a text, with the next", Before(ByteLevel(), Split(" ", "MergedWithNext", literal: true)) },
        { "at a text, contiguous", Before(ByteLevel(), Split(" ", "Contiguous", literal: true)) },
        { "at all but a text, isolated", Before(ByteLevel(), Split(" ", "Isolated", invert: true, literal: true)) },
        { "at all but a text, removed", Before(ByteLevel(), Split(" ", "Removed", invert: true, literal: true)) },
        { "at all but a text, with the previous", Before(ByteLevel(), Split("e", "MergedWithPrevious", invert: true, literal: true)) },
        { "at all but a text, with the next", Before(ByteLevel(), Split("e", "MergedWithNext", invert: true, literal: true)) },
        { "at all but a text, contiguous", Before(ByteLevel(), Split("e", "Contiguous", invert: true, literal: true)) },
        { "empty matches, with the previous", Before(ByteLevel(), Split(@"\d*", "MergedWithPrevious")) },
        { "empty matches, with the next", Before(ByteLevel(), Split(@"\d*", "MergedWithNext")) },
        { "empty matches, contiguous", Before(ByteLevel(), Split(@"\d*", "Contiguous")) },
        { "lazy", Before(ByteLevel(), Split(@"\w+?(?:s|e)|a{2,3}?b??|\s{2,}?")) },
        { "line starts and ends", Before(ByteLevel(), Split(@"^\s*|\w+$|.$|\A\w|\S\z")) },
        { "word boundaries", Before(ByteLevel(), Split(@"\b\w|\w\b|\B\W")) },
        { "classes", Before(ByteLevel(), Split(@"[\w&&[^\d_]]+|[a-f\-]+|[^\P{Lu}]|[\]\[^]|\x41|\u00e9|\x{1F600}")) },
        { "case ignored", Before(ByteLevel(), Split(@"(?i:s|k|[l-t]+)|(?i:x(?-i:y))")) },
        { "loops of groups", Before(ByteLevel(), Split(@"(?:ab|a)*c|(?:\s\n)+x|(?:[a-e]{2}[d-z]?)+")) },
        { "braces", Before(ByteLevel(), Split(@"a{|{}|b{,2}|\d{2,}|e{x}")) },
    };

    [Theory]
    [MemberData(nameof(Sections))]
    public async Task Ids_are_those_of_the_native_reference(string name, string section)
    {
        var file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.tokenizer.json");
        try
        {
            var json = await WriteAsync(file, section);
            RequireEqual(name, await AskAsync(file), TokenizerJson.Load(json, name));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task<byte[]> WriteAsync(string file, string section)
    {
        var gpt2 = NodePeer.PackageFile("@lenml", "tokenizer-gpt2", "models", "tokenizer.json");
        var root = JsonNode.Parse(await File.ReadAllBytesAsync(gpt2, TestContext.Current.CancellationToken))!;
        root["pre_tokenizer"] = JsonNode.Parse(section);
        var json = JsonSerializer.SerializeToUtf8Bytes(root);
        await File.WriteAllBytesAsync(file, json, TestContext.Current.CancellationToken);
        return json;
    }

    private void RequireEqual(string name, IReadOnlyList<int[]> expected, ITokenizer tokenizer)
    {
        var wrong = 0;
        for (var i = 0; i < expected.Count; i++)
        {
            var found = tokenizer.Encode(new PromptText(Texts.Value[i], []));
            if (!found.SequenceEqual(expected[i]) && wrong++ < 5)
            {
                output.WriteLine($"{Quote(Texts.Value[i])}\n  found    {Show(tokenizer, found)}\n  expected {Show(tokenizer, expected[i])}");
            }
        }

        Assert.True(wrong == 0, $"{name}: {wrong} of {expected.Count} texts differ (seed {Seed})");
    }

    private static string Show(ITokenizer tokenizer, int[] ids) =>
        string.Join('|', ids.Select(id => Quote(Encoding.Latin1.GetString(tokenizer.GetBytes(id)))));

    private static async Task<IReadOnlyList<int[]>> AskAsync(string file)
    {
        var answers = await NodePeer.RunAsync("tokenize.mjs", ["native", file], Texts.Value.Select(Quote));
        Assert.Equal(Texts.Value.Count, answers.Count);
        return [.. answers.Select(line => JsonNode.Parse(line)!["ids"]!.AsArray().Select(id => (int)id!).ToArray())];
    }

    /// <summary>Short texts of few letters, on which every way through a small expression is taken.</summary>
    private static IEnumerable<string> Alphabet()
    {
        var random = new Random(Seed);
        for (var i = 0; i < 400; i++)
        {
            yield return string.Concat(Enumerable.Range(0, random.Next(1, 24)).Select(_ => "aabcdesKxyA1122 \n.-{},é"[random.Next(23)]));
        }
    }

    private static string Split(string pattern, string behavior = "Isolated", bool invert = false, bool literal = false) =>
        new JsonObject
        {
            ["type"] = "Split",
            ["pattern"] = new JsonObject { [literal ? "String" : "Regex"] = pattern },
            ["behavior"] = behavior,
            ["invert"] = invert,
        }.ToJsonString();

    private static string ByteLevel(bool space = false, bool regex = false) =>
        new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = space, ["trim_offsets"] = true, ["use_regex"] = regex }.ToJsonString();

    private static string Before(string last, params string[] parts) => Sequence([.. parts, last]);

    private static string Sequence(params string[] parts) =>
        $$"""{"type":"Sequence","pretokenizers":[{{string.Join(',', parts)}}]}""";

    // By hand, because a serializer replaces what is no valid Unicode, which is what must arrive here.
    private static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var unit in text)
        {
            _ = unit is >= ' ' and < (char)127 and not ('"' or '\\')
                ? quoted.Append(unit)
                : quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}");
        }

        return quoted.Append('"').ToString();
    }
}
