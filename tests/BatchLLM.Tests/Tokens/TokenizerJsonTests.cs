using System.Text;
using System.Text.Json.Nodes;
using BatchLLM.Tokens;
using Xunit;

namespace BatchLLM.Tests.Tokens;

public sealed class TokenizerJsonTests
{
    [Fact]
    public void Truncation_and_padding_are_ignored()
    {
        // The golden file asks for both.
        Assert.Equal(20, TokenFiles.Llama3.Encode(string.Concat(Enumerable.Repeat("1!", 10))).Length);
        Assert.Single(TokenFiles.Llama3.Encode("a"));
    }

    [Fact]
    public void Merges_may_be_pairs_or_joined_by_a_space()
    {
        var joined = Changed(root => root["model"]!["merges"] = new JsonArray(
            [.. root["model"]!["merges"]!.AsArray().Select(pair => (JsonNode)$"{pair![0]} {pair[1]}")]));
        Assert.Equal(TokenFiles.Llama3.Encode("Hello world"), Load(joined).Encode("Hello world"));
    }

    [Fact]
    public void Without_ignore_merges_unreachable_words_are_not_used()
    {
        var tokenizer = Load(Changed(root => root["model"]!["ignore_merges"] = false));
        Assert.NotEqual([tokenizer.FindToken(" việc")!.Value], tokenizer.Encode(" việc"));
        Assert.Equal(TokenFiles.Llama3.Encode("Hello world"), tokenizer.Encode("Hello world"));
    }

    [Fact]
    public void What_the_post_processor_adds_stands_around_the_ids_of_a_raw_text()
    {
        var tokenizer = Load(Changed(root => root["post_processor"] = JsonNode.Parse(
            """
            {"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"x"}},{"Sequence":{"id":"A"}},{"SpecialToken":{"id":"y"}}],
            "special_tokens":{"x":{"ids":[7,8]},"y":{"ids":[9]}}}
            """)));

        Assert.Equal(TokenFiles.Llama3.Encode("Hello world"), tokenizer.Encode("Hello world"));
        Assert.Equal(
            [7, 8, .. TokenFiles.Llama3.Encode("Hello world"), 9], tokenizer.EncodeWithAffixes(new PromptText("Hello world", [])));
    }

    [Theory]
    [InlineData("normalizer", """{"type":"BertNormalizer"}""", "normalizer, type: found \"BertNormalizer\"")]
    [InlineData("normalizer", """{"type":"Precompiled","precompiled_charsmap":"AAA="}""", "precompiled_charsmap: found \"AAA=\"")]
    [InlineData("normalizer", """{"type":"Replace","pattern":{"Regex":"a(?=b)"},"content":""}""", "Regex: found")]
    [InlineData("normalizer", """{"type":"Replace","pattern":{"Regex":".+"},"content":""}""", "Regex: found")]
    [InlineData("normalizer", """{"type":"Replace","pattern":{"Regex":"("},"content":""}""", "Regex: found")]
    [InlineData("normalizer", """{"type":"Replace","pattern":{"String":""},"content":"x"}""", "String: found \"\"")]
    [InlineData("decoder", """{"type":"WordPiece"}""", "decoder: found {\"type\":\"WordPiece\"}")]
    [InlineData("decoder", "null", "decoder: found nothing")]
    [InlineData("decoder", """{"type":"Sequence","decoders":[{"type":"Fuse"},{"type":"ByteFallback"}]}""", "decoders[1]: found")]
    [InlineData("decoder", """{"type":"Strip","content":" ","start":2,"stop":0}""", "start: found 2")]
    [InlineData("decoder", """{"type":"Strip","content":" ","start":1,"stop":1}""", "stop: found 1")]
    [InlineData("post_processor", """{"type":"BertProcessing"}""", "post_processor, type: found \"BertProcessing\"")]
    [InlineData("post_processor", """{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"x"}}]}""", "x, ids")]
    [InlineData(
        "post_processor",
        """{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"x"}}],"special_tokens":{"x":{"ids":[99999]}}}""",
        "ids[0]: found 99999")]
    [InlineData("pre_tokenizer", "null", "pre_tokenizer, type: found nothing")]
    [InlineData("pre_tokenizer", """{"type":"Metaspace"}""", "pre_tokenizer: found {\"type\":\"Metaspace\"}")]
    [InlineData("pre_tokenizer", """{"type":"Sequence","pretokenizers":[]}""", "pre_tokenizer: found {\"type\":\"Sequence\"")]
    [InlineData("pre_tokenizer", """{"type":"Sequence","pretokenizers":[{"type":"Metaspace"},{"type":"ByteLevel"}]}""", "pretokenizers[0], type: found \"Metaspace\"")]
    [InlineData("pre_tokenizer", """{"type":"Sequence","pretokenizers":[{"type":"Punctuation","behavior":"x"},{"type":"ByteLevel"}]}""", "behavior: found \"x\"")]
    [InlineData("added_tokens", """[{"id":1,"content":"x","lstrip":1}]""", "added_tokens[0], lstrip: found 1")]
    [InlineData("added_tokens", """[{"id":1,"content":""}]""", "content: found \"\"")]
    [InlineData("added_tokens", """[{"id":-1,"content":"x"}]""", "id: found -1")]
    [InlineData("added_tokens", """[{"id":2000000000,"content":"x"}]""", "id: found 2000000000")]
    [InlineData("added_tokens", "7", "added_tokens: found 7")]
    [InlineData("model", """{"type":"Unigram"}""", "model, type: found \"Unigram\"")]
    [InlineData("model", """{"byte_fallback":true,"vocab":{"a":0}}""", "byte_fallback: found true")]
    [InlineData("model", """{"dropout":0.1}""", "dropout: found 0.1")]
    [InlineData("model", """{"end_of_word_suffix":"</w>"}""", "end_of_word_suffix: found")]
    [InlineData("model", """{"vocab":7}""", "vocab: found 7")]
    [InlineData("model", """{"vocab":{"a":0}}""", "no token for byte 0")]
    [InlineData("model", """{"vocab":{"a":0,"b":0}}""", "two tokens have this id")]
    [InlineData("model", """{"vocab":{"▁a":0}}""", "token 0 is not spelled in the byte alphabet")]
    public void What_is_not_supported_is_refused_by_name(string section, string value, string found)
    {
        var exception = Assert.Throws<BatchLLMException>(
            () => Load(Changed(root => root[section] = JsonNode.Parse(value))));
        Assert.StartsWith("some.json", exception.Message, StringComparison.Ordinal);
        Assert.Contains(found, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""["a"]""")]
    [InlineData("""["a","nothing"]""")]
    [InlineData("\"a b c\"")]
    [InlineData("\"a\"")]
    [InlineData("7")]
    public void A_merge_of_what_is_not_in_the_vocabulary_is_refused_by_its_place(string merge)
    {
        var exception = Assert.Throws<BatchLLMException>(
            () => Load(Changed(root => root["model"]!["merges"]!.AsArray().Insert(3, JsonNode.Parse(merge)))));
        Assert.Contains("merges[3]: found", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_expression_that_is_not_supported_is_refused_with_the_reason()
    {
        var exception = Assert.Throws<BatchLLMException>(() => Load(Changed(
            root => root["pre_tokenizer"]!["pretokenizers"]![0]!["pattern"]!["Regex"] = @"\w(?<=a)")));
        Assert.Contains(@"pattern, Regex: found ""\\w(?\u003C=a)""", exception.Message, StringComparison.Ordinal);
        Assert.Contains("a lookbehind, which is not supported", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"decoder":{"type":"\ud800"}}""")]
    public void Damaged_files_are_refused_by_name(string json)
    {
        var exception = Assert.Throws<BatchLLMException>(() => Load(json));
        Assert.StartsWith("some.json", exception.Message, StringComparison.Ordinal);
    }

    private static string Changed(Action<JsonNode> change)
    {
        var root = JsonNode.Parse(TokenFiles.Read("llama3.tokenizer.json"))!;
        change(root);
        return root.ToJsonString();
    }

    private static ITokenizer Load(string json) =>
        TokenizerJson.Load(Encoding.UTF8.GetBytes(json), "some.json");
}
