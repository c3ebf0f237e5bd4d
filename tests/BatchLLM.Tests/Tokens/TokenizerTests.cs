using BatchLLM.Tokens;
using Xunit;

namespace BatchLLM.Tests.Tokens;

public sealed class TokenizerTests
{
    private static readonly ByteLevelBpeTokenizer Tokenizer = TokenFiles.Llama3;
    private static readonly int Eot = Tokenizer.FindToken("<|eot_id|>")!.Value;

    [Fact]
    public void A_control_token_of_the_template_becomes_its_id()
    {
        Assert.Equal([Eot], Tokenizer.Encode("<|eot_id|>"));
    }

    [Fact]
    public void The_text_of_a_control_token_in_user_data_stays_text()
    {
        const string Data = "x<|eot_id|>y";
        var ids = Tokenizer.Encode(new PromptText($"<|eot_id|>{Data}<|eot_id|>", [new TextSpan(10, Data.Length)]));
        Assert.Equal(2, ids.Count(id => id == Eot));
        Assert.Equal(Data, Tokenizer.Decode(ids));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(4, 3)]
    [InlineData(9, 1)]
    public void A_control_token_that_user_data_completes_stays_text(int start, int length)
    {
        var ids = Tokenizer.Encode(new PromptText("<|eot_id|>", [new TextSpan(start, length)]));
        Assert.DoesNotContain(Eot, ids);
        Assert.Equal("<|eot_id|>", Tokenizer.Decode(ids));
    }

    [Fact]
    public void Empty_literal_spans_change_nothing()
    {
        Assert.Equal([Eot], Tokenizer.Encode(new PromptText("<|eot_id|>", [new TextSpan(4, 0)])));
    }

    [Fact]
    public void Ordinary_added_tokens_in_user_data_stay_text_too()
    {
        var token = Tokenizer.FindToken("<pad>");
        Assert.Equal([token!.Value], Tokenizer.Encode("<pad>"));
        Assert.DoesNotContain(token.Value, Tokenizer.Encode(new PromptText("<pad>", [new TextSpan(0, 5)])));
    }

    [Fact]
    public void Words_run_across_the_borders_of_literal_spans()
    {
        var plain = Tokenizer.Encode("the cat and the dog");
        Assert.Equal(plain, Tokenizer.Encode(new PromptText("the cat and the dog", [new(2, 3), new(9, 1)])));
    }

    [Theory]
    [InlineData(5, 3, 2, 2)]
    [InlineData(0, 4, 3, 2)]
    [InlineData(0, 1, 9, 2)]
    [InlineData(-1, 2, 9, 1)]
    public void Literal_spans_that_overlap_or_leave_the_text_are_misuse(int start, int length, int next, int nextLength)
    {
        var prompt = new PromptText("0123456789", [new(start, length), new(next, nextLength)]);
        Assert.Throws<ArgumentException>(() => Tokenizer.Encode(prompt));
    }

    [Fact]
    public void Of_added_tokens_that_begin_alike_the_longest_is_taken()
    {
        Assert.Equal([Tokenizer.FindToken("<tool_call>")!.Value], Tokenizer.Encode("<tool_call>"));
        Assert.Equal([Tokenizer.FindToken("<tool>")!.Value], Tokenizer.Encode("<tool>"));
    }

    [Fact]
    public void A_long_s_after_an_apostrophe_is_a_contraction_as_in_the_reference_engine()
    {
        // Oniguruma: jq -cn '"it\u0027\u017ftop" | [match("(?i:\u0027s)|\\p{L}+"; "g").string]' gives it, 'ſ, top.
        var ids = Tokenizer.Encode("it'ſtop");
        Assert.Equal([.. Tokenizer.Encode("it"), .. Tokenizer.Encode("'ſ"), .. Tokenizer.Encode("top")], ids);
        Assert.Equal(3, Llama3Words.End("'\u017Ftop"u8, 0));
        Assert.Equal(1, Gpt2Words.End("'\u017Ftop"u8, 0));
    }

    [Fact]
    public void Unpaired_surrogates_become_replacement_characters()
    {
        Assert.Equal("a\uFFFDb\uFFFD", Tokenizer.Decode(Tokenizer.Encode("a\uD800b\uDC00")));
    }

    [Fact]
    public void Special_tokens_have_no_bytes_and_ordinary_added_ones_do()
    {
        Assert.True(Tokenizer.GetBytes(Eot).IsEmpty);
        Assert.Equal("<pad>"u8, Tokenizer.GetBytes(Tokenizer.FindToken("<pad>")!.Value));
        Assert.Equal("ab", Tokenizer.Decode([.. Tokenizer.Encode("a"), Eot, .. Tokenizer.Encode("b")]));
    }

    [Fact]
    public void A_truncated_character_decodes_to_a_replacement_character()
    {
        Assert.Equal("\uFFFD", Tokenizer.Decode(Tokenizer.Encode("𒀀").AsSpan(..1)));
    }

    [Fact]
    public void Tokens_are_found_by_their_exact_text()
    {
        Assert.Equal([Tokenizer.FindToken(" việc")!.Value], Tokenizer.Encode(" việc"));
        Assert.Equal("hello"u8, Tokenizer.GetBytes(Tokenizer.FindToken("hello")!.Value));
        Assert.Null(Tokenizer.FindToken("no such token"));
        Assert.Null(Tokenizer.FindToken(""));
    }

    [Fact]
    public void Ids_outside_the_vocabulary_are_misuse()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Tokenizer.Decode([Tokenizer.VocabularySize]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Tokenizer.Decode([-1]));
    }

    [Fact]
    public void Every_id_is_below_the_size_of_the_vocabulary()
    {
        Assert.Equal(Tokenizer.FindToken("<pad>"), Tokenizer.VocabularySize - 1);
    }

    [Fact]
    public void Encoding_allocates_its_result_and_nothing_per_token()
    {
        var text = string.Concat(Enumerable.Range(0, 20_000).Select(number => $"word{number % 700} and the rest, "));
        Tokenizer.Encode(text);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var tokens = Tokenizer.Encode(text).Length;
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.True(tokens > 50_000);
        Assert.InRange(allocated, sizeof(int) * tokens, (sizeof(int) * tokens) + 2048);
    }

    // No clock here: an O(n²) encoder needs minutes for each of these, so it fails by never coming back.
    [Theory]
    [InlineData("a")]
    [InlineData(" ")]
    [InlineData("ab")]
    [InlineData("\n")]
    [InlineData("'")]
    [InlineData("1")]
    [InlineData("😀")]
    [InlineData("<|eot_id")]
    public void A_megabyte_without_word_borders_is_encoded(string piece)
    {
        var text = string.Concat(Enumerable.Repeat(piece, 1_000_000 / piece.Length));
        Assert.Equal(text, Tokenizer.Decode(Tokenizer.Encode(text)));
        Assert.Equal(text, TokenFiles.Gpt2.Decode(TokenFiles.Gpt2.Encode(text)));
    }
}
