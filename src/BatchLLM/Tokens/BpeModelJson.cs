using System.Text;
using System.Text.Json;

namespace BatchLLM.Tokens;

/// <summary>Reads the model section of tokenizer.json.</summary>
internal static class BpeModelJson
{
    /// <summary>The tokens' bytes, the words that need no merging, and the merges.</summary>
    /// <exception cref="BatchLLMException">The section is damaged, or is no plain byte-level BPE.</exception>
    public static (TokenBytes TokenBytes, WordTable Words, BytePairs Pairs) Read(
        JsonPart model, IReadOnlyList<AddedToken> addedTokens)
    {
        RequirePlainBpe(model);
        var vocabulary = ReadVocabulary(model.Member("vocab"));
        var spelled = Spell(model.Member("vocab"), vocabulary, addedTokens);
        var pairs = new BytePairs(
            ByteTokens(model.Member("vocab"), spelled), ReadMerges(model.Member("merges"), vocabulary));

        var tokenBytes = new TokenBytes(WithAdded(spelled, addedTokens));
        var added = addedTokens.Select(token => token.Id).ToHashSet();
        var words = model.Member("ignore_merges").Flag(absent: false)
            ? AllWords(tokenBytes, added)
            : ReachableWords(tokenBytes, added, pairs);
        return (tokenBytes, words, pairs);
    }

    private static void RequirePlainBpe(JsonPart model)
    {
        var type = model.Member("type");
        if (!type.IsMissing && type.Text() != "BPE")
        {
            throw type.Refuse("BPE, the only supported model");
        }

        if (model.Member("byte_fallback").Flag(absent: false))
        {
            throw model.Member("byte_fallback").Refuse("false; only byte-level vocabularies are supported");
        }

        foreach (var affix in (string[])["continuing_subword_prefix", "end_of_word_suffix"])
        {
            var part = model.Member(affix);
            if (!part.IsMissing && part.Text().Length > 0)
            {
                throw part.Refuse("none; only byte-level vocabularies are supported");
            }
        }

        var dropout = model.Member("dropout");
        if (!dropout.IsMissing && !(dropout.Element.TryGetDouble(out var share) && share == 0))
        {
            throw dropout.Refuse("none; encoding must not be random");
        }
    }

    private static Dictionary<string, int> ReadVocabulary(JsonPart section)
    {
        if (section.Element.ValueKind != JsonValueKind.Object)
        {
            throw section.Refuse("an object of token to id");
        }

        var vocabulary = new Dictionary<string, int>();
        foreach (var entry in section.Element.EnumerateObject())
        {
            vocabulary[entry.Name] = new JsonPart(entry.Value, section.Path).TokenId();
        }

        return vocabulary;
    }

    /// <summary>
    /// The bytes by id that the vocabulary spells; null where it has no token, or none but an added one.
    /// </summary>
    private static byte[]?[] Spell(
        JsonPart section, Dictionary<string, int> vocabulary, IReadOnlyList<AddedToken> addedTokens)
    {
        var added = addedTokens.Select(token => token.Text).ToHashSet();
        var size = vocabulary.Values.Concat(addedTokens.Select(token => token.Id)).DefaultIfEmpty(-1).Max() + 1;
        var spelled = new byte[]?[size];
        foreach (var (token, id) in vocabulary)
        {
            var bytes = ByteAlphabet.TryDecode(token);
            if ((bytes is null && !added.Contains(token)) || spelled[id] is not null)
            {
                throw new BatchLLMException(
                    $"{section.Path}: token {id} is not spelled in the byte alphabet, or two tokens have this id; "
                    + "expected a byte-level vocabulary with one id per token.");
            }

            spelled[id] = bytes;
        }

        return spelled;
    }

    private static int[] ByteTokens(JsonPart section, byte[]?[] spelled)
    {
        var tokens = new int[256];
        Array.Fill(tokens, -1);
        for (var id = 0; id < spelled.Length; id++)
        {
            if (spelled[id] is [var value])
            {
                tokens[value] = id;
            }
        }

        var missing = Array.IndexOf(tokens, -1);
        return missing < 0
            ? tokens
            : throw new BatchLLMException(
                $"{section.Path}: no token for byte {missing}; expected one for each of the 256 bytes, as in every "
                + "byte-level vocabulary.");
    }

    private static MergeTable ReadMerges(JsonPart section, Dictionary<string, int> vocabulary)
    {
        if (section.Element.ValueKind != JsonValueKind.Array)
        {
            throw section.Refuse("an array of merges");
        }

        var merges = new MergeTable(section.Element.GetArrayLength());
        var rank = 0;
        foreach (var merge in section.Element.EnumerateArray())
        {
            if (!TrySplit(merge, out var left, out var right)
                || !vocabulary.TryGetValue(left, out var leftId)
                || !vocabulary.TryGetValue(right, out var rightId)
                || !vocabulary.TryGetValue(left + right, out var merged))
            {
                throw new JsonPart(merge, $"{section.Path}[{rank}]").Refuse(
                    "two tokens of the vocabulary whose union is one too");
            }

            merges.Add(leftId, rightId, rank++, merged);
        }

        return merges;
    }

    private static bool TrySplit(JsonElement merge, out string left, out string right)
    {
        var parts = Halves(merge);
        (left, right) = parts is [var first, var second] ? (first, second) : ("", "");
        return parts.Length == 2;
    }

    // "a b" up to version 0.20 of the format's own library, ["a", "b"] since.
    private static string[] Halves(JsonElement merge) => merge.ValueKind switch
    {
        JsonValueKind.String => merge.GetString()!.Split(' '),
        JsonValueKind.Array when merge.EnumerateArray().All(part => part.ValueKind == JsonValueKind.String) =>
            [.. merge.EnumerateArray().Select(part => part.GetString()!)],
        _ => [],
    };

    private static byte[]?[] WithAdded(byte[]?[] spelled, IReadOnlyList<AddedToken> addedTokens)
    {
        foreach (var token in addedTokens)
        {
            spelled[token.Id] = token.IsSpecial ? null : Encoding.UTF8.GetBytes(token.Text);
        }

        return spelled;
    }

    /// <summary>With ignore_merges, every word that is a token is that token.</summary>
    private static WordTable AllWords(TokenBytes tokenBytes, HashSet<int> added)
    {
        var words = new WordTable(tokenBytes);
        foreach (var id in OrdinaryIds(tokenBytes, added))
        {
            words.Add(id);
        }

        return words;
    }

    /// <summary>Without it, that holds for the words that merging turns into one token; found once, here.</summary>
    private static WordTable ReachableWords(TokenBytes tokenBytes, HashSet<int> added, BytePairs pairs)
    {
        var words = new WordTable(tokenBytes);
        var merger = new WordMerger(pairs);
        var merged = new int[tokenBytes.LongestToken]; // [bytes of the longest token]
        foreach (var id in OrdinaryIds(tokenBytes, added))
        {
            if (merger.Merge(tokenBytes[id], merged) == 1 && merged[0] == id)
            {
                words.Add(id);
            }
        }

        return words;
    }

    // Not the added tokens: user data that is wholly one of their texts must not become the control token.
    private static IEnumerable<int> OrdinaryIds(TokenBytes tokenBytes, HashSet<int> added) =>
        Enumerable.Range(0, tokenBytes.Count).Where(id => !added.Contains(id) && tokenBytes[id].Length > 0);
}
