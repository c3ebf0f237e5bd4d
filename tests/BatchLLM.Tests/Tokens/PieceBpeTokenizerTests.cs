using System.Text;
using System.Text.Json.Nodes;
using BatchLLM.Tokens;
using Xunit;

namespace BatchLLM.Tests.Tokens;

/// <summary>A vocabulary of characters small enough to follow by hand, in the shape in which Llama 2's is published.</summary>
public sealed class PieceBpeTokenizerTests
{
    private const string Control = "</s>";

    private static readonly string[] Merged = ["▁a", "ab", "▁ab", "abc", "▁▁", "</", "s>", "</s>", "cd", "bcd", "1▁", "1▁a"];

    [Theory]
    [InlineData("ab", "▁ab")]
    [InlineData(" ab", "▁|▁ab")]
    [InlineData("abcd", "▁ab|cd")]
    [InlineData("xé", "▁|x|<0xC3>|<0xA9>")]
    [InlineData("1 a", "▁|1▁a")]
    [InlineData("ab</s>ab", "▁ab|</s>|▁ab")]
    [InlineData("", "")]
    public void Pieces_are_merged_in_rank_order(string text, string expected) =>
        Assert.Equal(expected, Pieces(Make(), Make().Encode(text)));

    [Fact]
    public void A_control_token_in_data_is_text()
    {
        var ids = Make().Encode(new PromptText("ab</s>", [new TextSpan(0, 6)]));

        Assert.Equal("▁ab|</|s>", Pieces(Make(), ids));
        Assert.Equal("ab</s>", Make().Decode(ids));
    }

    [Fact]
    public void The_border_of_data_alone_changes_nothing()
    {
        const string Text = "ab cd 1 a  bcd ab";
        foreach (var cut in Enumerable.Range(0, Text.Length))
        {
            Assert.Equal(Make().Encode(Text), Make().Encode(new PromptText(Text, [new TextSpan(cut, Text.Length - cut)])));
        }
    }

    [Fact]
    public void A_token_sought_in_normalized_text_is_not_found_in_data()
    {
        var tokenizer = Make(root => root["added_tokens"]!.AsArray().Add(
            JsonNode.Parse("""{"id":400,"content":"dc","special":false,"normalized":true}""")));
        var ids = tokenizer.Encode(new PromptText("ab dc ab dc", [new TextSpan(6, 5)]));

        Assert.Equal(400, ids[1]);
        Assert.Equal("▁ab|▁ab|▁|d|c", Pieces(tokenizer, [ids[0], .. ids[2..]]));
        Assert.Equal(400, tokenizer.Encode("ab dc")[^1]);
    }

    [Fact]
    public void Ids_are_those_of_merging_the_whole_text_at_once()
    {
        const int Seed = 5;
        var random = new Random(Seed);
        var tokenizer = Make();
        for (var round = 0; round < 500; round++)
        {
            var text = string.Concat(Enumerable.Range(0, 1 + random.Next(90)).Select(_ => "ab cd1<s/>é"[random.Next(11)]));
            var ids = tokenizer.Encode(new PromptText(text, [new TextSpan(0, text.Length)]));
            Assert.True(ids.SequenceEqual(Plain(tokenizer, text)), $"seed {Seed}, round {round}: {text}");
        }
    }

    [Fact]
    public void A_long_text_without_a_border_is_encoded()
    {
        var ids = Make().Encode(new string('a', 100_000));

        Assert.Equal(100_000, ids.Length);
        Assert.Equal(new string('a', 100_000), Make().Decode(ids));
    }

    [Fact]
    public void Invalid_bytes_become_one_replacement_each_and_a_space_in_front_is_dropped_once()
    {
        var tokenizer = Make();
        int[] ids = [Id(tokenizer, "▁▁"), Id(tokenizer, "<0xC3>"), Id(tokenizer, "<0xA9>"), Id(tokenizer, "<0xC3>"), Id(tokenizer, "ab")];

        Assert.Equal(" \ufffd\ufffd\ufffdab", tokenizer.Decode(ids));
        Assert.Equal("  \ufffd\ufffd\ufffdab", tokenizer.DecodeContinuation(ids));
        Assert.Equal("é", tokenizer.Decode(ids.AsSpan(1, 2)));
    }

    [Fact]
    public void Text_token_by_token_is_the_text_of_all()
    {
        var tokenizer = Make();
        foreach (var continues in (bool[])[false, true])
        {
            var ids = tokenizer.Encode(" ab é1 a");
            var decoder = new IncrementalDecoder(tokenizer, continues);
            Array.ForEach(ids, decoder.Append);
            Assert.Equal(continues ? tokenizer.DecodeContinuation(ids) : tokenizer.Decode(ids), decoder.Text.ToString());
        }
    }

    [Fact]
    public void What_the_post_processor_adds_is_offered_apart()
    {
        var tokenizer = Make();

        Assert.Equal([1], tokenizer.Affixes.Prefix);
        Assert.Equal([1, .. tokenizer.Encode("ab cd")], tokenizer.EncodeWithAffixes(new PromptText("ab cd", [])));
    }

    [Theory]
    [InlineData("""{"model":{"unk_token":"nothing"}}""", "unk_token: found \"nothing\"")]
    [InlineData("""{"model":{"ignore_merges":true}}""", "ignore_merges: found true")]
    [InlineData("""{"model":{"vocab":{"<unk>":0,"<s>":1,"</s>":2,"a":3,"b":3},"merges":[]}}""", "two tokens have id 3")]
    [InlineData("""{"model":{"vocab":{"a":99999999}}}""", "found 99999999")]
    [InlineData("""{"model":{"vocab":{"a":"0"}}}""", "found \"0\"")]
    [InlineData("""{"model":{"merges":[["a","zzz"]]}}""", "merges[0]: found")]
    [InlineData("""{"model":{"merges":7}}""", "merges: found 7")]
    [InlineData("""{"model":{"dropout":"x"}}""", "dropout: found")]
    [InlineData("""{"pre_tokenizer":{"type":"Whitespace"}}""", "pre_tokenizer: found")]
    [InlineData("""{"pre_tokenizer":{"type":"Metaspace","replacement":"ab"}}""", "replacement: found \"ab\"")]
    [InlineData("""{"pre_tokenizer":{"type":"Metaspace","replacement":"▁","prepend_scheme":"last"}}""", "prepend_scheme: found \"last\"")]
    public void What_is_not_supported_is_refused_by_name(string changes, string found)
    {
        var exception = Assert.Throws<BatchLLMException>(() => Make(root => Merge(root, JsonNode.Parse(changes)!.AsObject())));

        Assert.Contains(found, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_files_load_or_are_refused()
    {
        const int Seed = 11;
        var random = new Random(Seed);
        var whole = Encoding.UTF8.GetBytes(Json(_ => { }));
        for (var round = 0; round < 2000; round++)
        {
            var damaged = (byte[])whole.Clone();
            for (var change = random.Next(4); change >= 0; change--)
            {
                damaged[random.Next(damaged.Length)] = (byte)"0123456789\"{}[],:ax▁\\"[random.Next(20)];
            }

            RequireLoadsOrRefuses(damaged, $"seed {Seed}, round {round}");
        }
    }

    private static void RequireLoadsOrRefuses(byte[] file, string place)
    {
        try
        {
            TokenizerJson.Load(file, "damaged.json").Encode(new PromptText("ab cd</s> é", []));
        }
        catch (Exception exception)
        {
            Assert.True(exception is BatchLLMException, $"{place}: {exception}");
        }
    }

    /// <summary>The definition: the lowest rank first, the leftmost of equal ones, over the whole text.</summary>
    private static List<int> Plain(ITokenizer tokenizer, string text)
    {
        var pieces = ("▁" + text.Replace(' ', '▁')).EnumerateRunes().SelectMany(rune => Id(tokenizer, rune.ToString()) >= 0
            ? [rune.ToString()]
            : Encoding.UTF8.GetBytes(rune.ToString()).Select(value => $"<0x{value:X2}>")).ToList();
        while (true)
        {
            var best = Enumerable.Range(0, pieces.Count - 1)
                .Where(at => pieces[at] + pieces[at + 1] != Control)
                .Select(at => (Rank: Array.IndexOf(Merged, pieces[at] + pieces[at + 1]), At: at))
                .Where(merge => merge.Rank >= 0).DefaultIfEmpty((Rank: -1, At: -1)).Min();
            if (best.At < 0)
            {
                return [.. pieces.Select(piece => Id(tokenizer, piece))];
            }

            pieces[best.At] += pieces[best.At + 1];
            pieces.RemoveAt(best.At + 1);
        }
    }

    private static int Id(ITokenizer tokenizer, string piece) => tokenizer.FindToken(piece) ?? -1;

    private static string Pieces(ITokenizer tokenizer, int[] ids) => string.Join('|', ids.Select(
        id => Vocabulary().First(piece => tokenizer.FindToken(piece) == id)));

    private static IEnumerable<string> Vocabulary() =>
    [
        "<unk>", "<s>", Control, .. Enumerable.Range(0, 256).Select(value => $"<0x{value:X2}>"),
        .. "▁abcd1x<s/>".Select(unit => unit.ToString()), .. Merged.Where(piece => piece != Control),
    ];

    private static ITokenizer Make() => Make(_ => { });

    private static ITokenizer Make(Action<JsonObject> change) => TokenizerJson.Load(Encoding.UTF8.GetBytes(Json(change)), "small.json");

    private static void Merge(JsonObject into, JsonObject changes)
    {
        foreach (var (name, value) in changes)
        {
            if (value is JsonObject section && name == "model")
            {
                Merge(into[name]!.AsObject(), section);
            }
            else
            {
                into[name] = value?.DeepClone();
            }
        }
    }

    // Every split of a merged piece into two is a merge, as converters of SentencePiece models write them.
    private static string Json(Action<JsonObject> change)
    {
        var ids = Vocabulary().Distinct().Index().ToDictionary(entry => entry.Item, entry => entry.Index);
        var merges = Merged.SelectMany(piece => Enumerable.Range(1, piece.Length - 1)
            .Where(cut => ids.ContainsKey(piece[..cut]) && ids.ContainsKey(piece[cut..]))
            .Select(cut => new JsonArray(piece[..cut], piece[cut..])));
        var root = JsonNode.Parse("""
            {"added_tokens":[{"id":0,"content":"<unk>","special":true,"normalized":false},
            {"id":1,"content":"<s>","special":true,"normalized":false},{"id":2,"content":"</s>","special":true,"normalized":false}],
            "normalizer":{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},
            {"type":"Replace","pattern":{"String":" "},"content":"▁"}]},
            "pre_tokenizer":null,
            "post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>","type_id":0}},
            {"Sequence":{"id":"A","type_id":0}}],"special_tokens":{"<s>":{"id":"<s>","ids":[1],"tokens":["<s>"]}}},
            "decoder":{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},
            {"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]},
            "model":{"type":"BPE","unk_token":"<unk>","fuse_unk":true,"byte_fallback":true}}
            """)!.AsObject();
        root["model"]!["vocab"] = new JsonObject(ids.Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)entry.Value)));
        root["model"]!["merges"] = new JsonArray([.. merges]);
        change(root);
        return root.ToJsonString();
    }
}
