using System.Text;
using BatchLLM.Tokens;
using Xunit;

namespace BatchLLM.Tests.Tokens;

public sealed class TokenizerPropertyTests
{
    private static readonly int Seed = Random.Shared.Next();

    [Theory]
    [InlineData("llama3")]
    [InlineData("gpt2")]
    public void Random_literal_text_has_the_ids_of_plain_byte_pair_encoding(string name)
    {
        var tokenizer = TokenFiles.ByName(name);
        var plain = new PlainBpe(name);
        ForRandomTexts(500, text => Assert.Equal(plain.Encode(text), EncodeLiteral(tokenizer, text)));
    }

    [Theory]
    [InlineData("llama3")]
    [InlineData("gpt2")]
    public void Random_literal_text_decodes_to_itself(string name)
    {
        var tokenizer = TokenFiles.ByName(name);
        ForRandomTexts(2000, text => Assert.Equal(text, tokenizer.Decode(EncodeLiteral(tokenizer, text))));
    }

    [Theory]
    [InlineData("llama3")]
    [InlineData("gpt2")]
    public void Random_text_is_the_bytes_of_its_tokens_apart_from_special_ones(string name)
    {
        var tokenizer = TokenFiles.ByName(name);
        ForRandomTexts(500, text =>
        {
            var bytes = tokenizer.Encode(text).SelectMany(token => tokenizer.GetBytes(token).ToArray()).ToArray();
            var expected = name == "llama3" ? text.Replace("<|eot_id|>", "") : text;
            Assert.Equal(expected, Encoding.UTF8.GetString(bytes));
        });
    }

    [Fact]
    public async Task Many_threads_get_the_same_ids()
    {
        var golden = TokenFiles.Golden("llama3");
        await Parallel.ForEachAsync(Enumerable.Range(0, 8), TestContext.Current.CancellationToken, (_, _) =>
        {
            Assert.All(golden, entry => Assert.Equal(entry.Ids, TokenFiles.Llama3.Encode(entry.Text)));
            return ValueTask.CompletedTask;
        });
    }

    private static int[] EncodeLiteral(ByteLevelBpeTokenizer tokenizer, string text) =>
        tokenizer.Encode(new PromptText(text, [new TextSpan(0, text.Length)]));

    private static void ForRandomTexts(int count, Action<string> check)
    {
        var texts = new RandomText(Seed);
        for (var i = 0; i < count; i++)
        {
            var text = texts.Next();
            var exception = Record.Exception(() => check(text));
            Assert.True(exception is null, $"seed {Seed}, text {i}: {exception?.Message}");
        }
    }
}
