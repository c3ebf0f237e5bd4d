using System.Buffers.Text;
using System.Globalization;
using BatchLLM.Tokens.Words;

namespace BatchLLM.Tokens;

/// <summary>
/// Reads the rank file in which Llama 3 is published beside its parameters: a line per token, its bytes in base64, a
/// space and its rank, which is its id. Control tokens follow the ranks in an order that the file does not say.
/// </summary>
/// <remarks>
/// Source: Llama 3.1's tokenizer in Meta's llama-models. Llama 3.0 has the same ids; it calls three of them, and other
/// numbers of the reserved ones, by reserved names.
/// </remarks>
internal static class RankFile
{
    private const int ControlTokens = 256;

    private static readonly string[] NamedControlTokens =
    [
        "begin_of_text", "end_of_text", "reserved_special_token_0", "reserved_special_token_1", "finetune_right_pad_id",
        "reserved_special_token_2", "start_header_id", "end_header_id", "eom_id", "eot_id", "python_tag",
    ];

    /// <summary>True if a file begins as a rank file does.</summary>
    public static bool IsOne(ReadOnlySpan<byte> file) => TryReadLine(FirstLine(file), out _, out _);

    /// <summary>Makes the tokenizer.</summary>
    /// <exception cref="BatchLLMException">A line is damaged.</exception>
    public static ByteLevelBpeTokenizer Load(ReadOnlySpan<byte> file, string name)
    {
        var ranked = ReadTokens(file, name);
        var control = ControlNames().Select((text, index) =>
            new AddedToken(ranked.Count + index, $"<|{text}|>", $"<|{text}|>", IsSpecial: true, IsNormalized: false)).ToArray();
        var tokens = new TokenBytes([.. ranked, .. new byte[]?[ControlTokens]]);
        var words = new WordTable(tokens);
        for (var id = 0; id < ranked.Count; id++)
        {
            words.Add(id);
        }

        var pairs = new BytePairs(ByteTokens(ranked, name), MergesOf(ranked, words));
        return new ByteLevelBpeTokenizer(tokens, words, pairs, new PreTokenizer(Llama3Words.End, MakeCutter: null), control)
        {
            Affixes = new AffixTokens([control[0].Id], []),
        };
    }

    private static IEnumerable<string> ControlNames() => NamedControlTokens.Concat(
        Enumerable.Range(3, ControlTokens - NamedControlTokens.Length).Select(number => $"reserved_special_token_{number}"));

    private static List<byte[]> ReadTokens(ReadOnlySpan<byte> file, string name)
    {
        var tokens = new List<byte[]>();
        while (!file.IsEmpty)
        {
            var line = FirstLine(file);
            if (!TryReadLine(line, out var token, out var rank) || rank != tokens.Count)
            {
                throw new BatchLLMException(
                    $"{name}, line {tokens.Count + 1}: expected a token in base64, a space and the rank {tokens.Count}. "
                    + "Copy the file again.");
            }

            tokens.Add(token);
            file = file[Math.Min(line.Length + 1, file.Length)..];
        }

        return tokens;
    }

    private static ReadOnlySpan<byte> FirstLine(ReadOnlySpan<byte> file)
    {
        var end = file.IndexOf((byte)'\n');
        return end < 0 ? file : file[..end];
    }

    private static bool TryReadLine(ReadOnlySpan<byte> line, out byte[] token, out int rank)
    {
        (token, rank) = ([], -1);
        line = line.TrimEnd((byte)'\r');
        var space = line.IndexOf((byte)' ');
        if (space <= 0 || !Base64.IsValid(line[..space], out var length) || length == 0
            || !int.TryParse(line[(space + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out rank))
        {
            return false;
        }

        token = new byte[length];
        return Base64.DecodeFromUtf8(line[..space], token, out _, out _) == System.Buffers.OperationStatus.Done;
    }

    private static int[] ByteTokens(List<byte[]> ranked, string name)
    {
        var tokens = new int[256];
        Array.Fill(tokens, -1);
        for (var id = 0; id < ranked.Count; id++)
        {
            if (ranked[id] is [var value])
            {
                tokens[value] = id;
            }
        }

        var missing = Array.IndexOf(tokens, -1);
        return missing < 0 ? tokens : throw new BatchLLMException(
            $"{name}: no token for byte {missing}; expected one for each of the 256 bytes. Copy the file again.");
    }

    /// <summary>Any two tokens whose union is a token merge, at the rank of the union.</summary>
    private static MergeTable MergesOf(List<byte[]> ranked, WordTable words)
    {
        var found = new List<Merge>(2 * ranked.Count);
        for (var id = 0; id < ranked.Count; id++)
        {
            for (var cut = 1; cut < ranked[id].Length; cut++)
            {
                var (left, right) = (words.Find(ranked[id].AsSpan(0, cut)), words.Find(ranked[id].AsSpan(cut)));
                if (left >= 0 && right >= 0)
                {
                    found.Add(new Merge(left, right, id, id));
                }
            }
        }

        var merges = new MergeTable(found.Count);
        found.ForEach(merge => merges.Add(merge.Left, merge.Right, merge.Rank, merge.Merged));
        return merges;
    }
}
