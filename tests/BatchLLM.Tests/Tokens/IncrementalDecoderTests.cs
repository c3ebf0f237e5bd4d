using System.Text;
using BatchLLM.Tests.Inference;
using BatchLLM.Tokens;
using Xunit;

namespace BatchLLM.Tests.Tokens;

public sealed class IncrementalDecoderTests
{
    private const int Special = 256;

    private static readonly ByteTokenizer Tokenizer = new(null, "quite long ordinary text");

    [Fact]
    public void A_character_appears_with_the_last_of_its_bytes()
    {
        var decoder = new IncrementalDecoder(Tokenizer);
        var texts = Encoding.UTF8.GetBytes("é😀").Select(value => After(decoder, value));

        Assert.Equal(["", "é", "é", "é", "é", "é😀"], texts);
    }

    [Fact]
    public void A_special_token_has_no_text()
    {
        var decoder = new IncrementalDecoder(Tokenizer);

        Assert.Equal("", After(decoder, Special));
        Assert.Equal("a", After(decoder, 'a'));
    }

    [Fact]
    public void Bytes_that_can_no_longer_become_a_character_appear_as_the_replacement_character()
    {
        var decoder = new IncrementalDecoder(Tokenizer);

        Assert.Equal("", After(decoder, 0xE2));
        Assert.Equal("", After(decoder, 0x82));
        Assert.Equal("\uFFFDa", After(decoder, 'a'));
        Assert.Equal("\uFFFDa\uFFFD", After(decoder, 0xFF));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Any_bytes_followed_by_a_whole_character_give_the_text_of_the_whole(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 500; round++)
        {
            // The added letter closes whatever is unfinished.
            int[] tokens = [.. Enumerable.Range(0, random.Next(60)).Select(_ => RandomToken(random)), 'z'];
            var decoder = new IncrementalDecoder(Tokenizer);
            foreach (var token in tokens)
            {
                decoder.Append(token);
            }

            Assert.Equal(Tokenizer.Decode(tokens), decoder.Text.ToString());
        }
    }

    // Lead and continuation bytes far more often than chance would have them.
    private static int RandomToken(Random random) => random.Next(4) switch
    {
        0 => random.Next(258),
        1 => random.Next(0xC0, 0x100),
        _ => random.Next(0x80, 0xC0),
    };

    private static string After(IncrementalDecoder decoder, int token)
    {
        decoder.Append(token);
        return decoder.Text.ToString();
    }
}
