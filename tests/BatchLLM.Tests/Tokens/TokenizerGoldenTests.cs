using Xunit;

namespace BatchLLM.Tests.Tokens;

public sealed class TokenizerGoldenTests
{
    [Theory]
    [InlineData("llama3")]
    [InlineData("gpt2")]
    public void Ids_equal_those_of_the_reference_library(string name)
    {
        var tokenizer = TokenFiles.ByName(name);
        var golden = TokenFiles.Golden(name);
        Assert.True(golden.Count > 500);
        Assert.All(golden, entry => Assert.Equal(entry.Ids, tokenizer.Encode(entry.Text)));
    }

    [Theory]
    [InlineData("llama3")]
    [InlineData("gpt2")]
    public void Hard_strings_decode_to_themselves_when_they_are_literal(string name)
    {
        var tokenizer = TokenFiles.ByName(name);
        Assert.All(TokenFiles.Golden(name), entry =>
        {
            var ids = tokenizer.Encode(new(entry.Text, [new(0, entry.Text.Length)]));
            Assert.Equal(entry.Text, tokenizer.Decode(ids));
        });
    }
}
