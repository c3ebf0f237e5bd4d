using System.Text;
using BatchLLM.Tokens;
using Xunit;

namespace BatchLLM.Tests.Tokens;

/// <summary>tokenizer.model: two kinds of file under one name.</summary>
public sealed class TokenizerModelFileTests
{
    private static readonly byte[] Bpe = Field(2, [3 << 3, 2, 0x98, 0x02, 1]);

    [Fact]
    public void A_rank_file_merges_by_the_rank_of_the_union_and_has_the_control_tokens_of_llama_3()
    {
        var tokenizer = Load(Ranks("ab", "bc", "abc", "cd"));

        Assert.Equal([258], tokenizer.Encode("abc"));
        Assert.Equal([258, 'd'], tokenizer.Encode("abcd"));
        Assert.Equal([257, 'd'], tokenizer.Encode("bcd"));
        Assert.Equal([260, 269], tokenizer.Encode("<|begin_of_text|><|eot_id|>"));
        Assert.Equal([260], tokenizer.Affixes.Prefix);
        Assert.Equal(260 + 256, tokenizer.VocabularySize);
    }

    [Fact]
    public void A_piece_model_merges_the_highest_score_first()
    {
        var tokenizer = Load([.. Pieces(("ab", -2, 1), ("bc", -1, 1)), .. Bpe, .. Identity()]);

        Assert.Equal("a|bc", string.Join('|', tokenizer.Encode("abc").Skip(1).Select(id => Encoding.UTF8.GetString(tokenizer.GetBytes(id)))));
        Assert.Equal("abc é", tokenizer.Decode(tokenizer.Encode("abc é")));
        Assert.Equal([1], tokenizer.Encode("<s>"));
    }

    [Fact]
    public void A_piece_of_the_user_is_recognised_whole()
    {
        var tokenizer = Load([.. Pieces(("ab", -2, 1), ("bx", -1, 4)), .. Bpe, .. Identity()]);

        Assert.Equal(["▁", "a", "bx"], tokenizer.Encode("abx").Select(id => Piece(tokenizer, id)));
    }

    [Fact]
    public void Extra_spaces_are_dropped_where_the_model_says_so()
    {
        var tokenizer = Load([.. Pieces(("ab", -2, 1)), .. Bpe]);

        Assert.Equal(tokenizer.Encode("ab a"), tokenizer.Encode("  ab   a "));
    }

    [Theory]
    [InlineData("", "neither")]
    [InlineData("{}", "neither")]
    [InlineData("YQ== 1\n", "line 1: expected a token in base64, a space and the rank 0")]
    [InlineData("YQ== 0\nYg==\n", "line 2")]
    [InlineData("YQ== 0\n", "no token for byte 0")]
    public void Another_file_is_refused(string file, string found) => RequireRefused(Encoding.UTF8.GetBytes(file), found);

    [Fact]
    public void Models_of_another_kind_are_refused_by_what_they_need()
    {
        RequireRefused([.. Pieces(), .. Field(2, [3 << 3, 1])], "model_type 1");
        RequireRefused([.. Pieces(), .. Bpe, .. Field(3, Field(2, [1, 2]))], "precompiled_charsmap");
        RequireRefused([.. Pieces(), .. Bpe, .. Field(3, [5 << 3, 0])], "escape_whitespaces");
        RequireRefused([.. Pieces(("a", 0, 1)), .. Bpe], "spelled alike");
        RequireRefused([.. Pieces(("q", 0, 9)), .. Bpe], "a damaged piece");
        RequireRefused([.. Pieces(), .. Bpe, 0x0A, 100], "it ends within a field");
        RequireRefused([.. Pieces(), .. Bpe, 0x0F], "unknown wire type 7");
    }

    [Fact]
    public void Damaged_models_load_or_are_refused()
    {
        const int Seed = 3;
        var random = new Random(Seed);
        byte[][] whole = [[.. Pieces(("ab", -2, 1), ("bx", -1, 4)), .. Bpe, .. Identity()], Ranks("ab", "abc")];
        for (var round = 0; round < 4000; round++)
        {
            var damaged = (byte[])whole[round % 2].Clone();
            damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            damaged = damaged[..(random.Next(4) == 0 ? random.Next(damaged.Length) : damaged.Length)];
            try
            {
                Load(damaged).Encode("ab bx é");
            }
            catch (Exception exception)
            {
                Assert.True(exception is BatchLLMException, $"seed {Seed}, round {round}: {exception}");
            }
        }
    }

    private static void RequireRefused(byte[] file, string found)
    {
        var exception = Assert.Throws<BatchLLMException>(() => Load(file));
        Assert.StartsWith("some.model", exception.Message, StringComparison.Ordinal);
        Assert.Contains(found, exception.Message, StringComparison.Ordinal);
    }

    private static ITokenizer Load(byte[] file) => TokenizerModel.Load(file, "some.model");

    private static string Piece(ITokenizer tokenizer, int id) =>
        ((string[])["▁", "a", "b", "ab", "bx"]).First(piece => tokenizer.FindToken(piece) == id);

    private static byte[] Ranks(params string[] tokens) => Encoding.UTF8.GetBytes(string.Concat(
        Enumerable.Range(0, 256).Select(value => new[] { (byte)value }).Concat(tokens.Select(Encoding.UTF8.GetBytes))
            .Select((token, rank) => $"{Convert.ToBase64String(token)} {rank}\n")));

    private static byte[] Identity() => Field(3, [3 << 3, 1, 4 << 3, 0]);

    /// <summary>The usual pieces and some more, each with a score and the number of its kind.</summary>
    private static byte[] Pieces(params (string Text, float Score, byte Kind)[] more) =>
    [
        .. new (string Text, float Score, byte Kind)[] { ("<unk>", 0, 2), ("<s>", 0, 3), ("</s>", 0, 3) }
            .Concat(Enumerable.Range(0, 256).Select(value => ($"<0x{value:X2}>", 0f, (byte)6)))
            .Concat(more)
            .Concat("▁abcx".Select(unit => (unit.ToString(), -9f, (byte)1)))
            .SelectMany(piece => Field(1,
                [.. Field(1, Encoding.UTF8.GetBytes(piece.Item1)), (2 << 3) | 5, .. BitConverter.GetBytes(piece.Item2), 3 << 3, piece.Item3])),
    ];

    private static byte[] Field(int number, byte[] content) => [(byte)((number << 3) | 2), (byte)content.Length, .. content];
}
