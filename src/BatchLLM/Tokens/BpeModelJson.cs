using System.Text;

namespace BatchLLM.Tokens;

/// <summary>Reads the model section of tokenizer.json.</summary>
internal static class BpeModelJson
{
    /// <summary>The tokens' bytes, the words that need no merging, and the merges.</summary>
    /// <exception cref="BatchLLMException">The section is damaged, or is no plain byte-level BPE.</exception>
    public static (TokenBytes TokenBytes, WordTable Words, BytePairs Pairs) Read(
        JsonPart model, Dictionary<string, int> vocabulary, IReadOnlyList<AddedToken> addedTokens)
    {
        var fallback = model.Member("byte_fallback");
        if (fallback.Flag(absent: false))
        {
            throw fallback.Refuse("false in a byte-level vocabulary");
        }

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

    /// <summary>
    /// The bytes by id that the vocabulary spells; null where it has no token, or none but an added one.
    /// </summary>
    private static byte[]?[] Spell(
        JsonPart section, Dictionary<string, int> vocabulary, IReadOnlyList<AddedToken> addedTokens)
    {
        var added = addedTokens.Select(token => token.Text).ToHashSet();
        var spelled = new byte[]?[VocabularyJson.Size(vocabulary, addedTokens)];
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
        var list = MergesJson.Read(section, vocabulary);
        var merges = new MergeTable(list.Count);
        foreach (var (left, right, rank, merged) in list)
        {
            merges.Add(left, right, rank, merged);
        }

        return merges;
    }

    private static byte[]?[] WithAdded(byte[]?[] spelled, IReadOnlyList<AddedToken> addedTokens)
    {
        foreach (var token in addedTokens)
        {
            // The reference reads even an added token in the alphabet of bytes if it can.
            spelled[token.Id] = token.IsSpecial
                ? null
                : ByteAlphabet.TryDecode(token.Pattern) ?? Encoding.UTF8.GetBytes(token.Pattern);
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
        var merger = new WordMerger(pairs.Merges);
        var merged = new int[tokenBytes.LongestToken]; // [bytes of the longest token]
        foreach (var id in OrdinaryIds(tokenBytes, added))
        {
            if (merger.Merge(merged.AsSpan(0, pairs.Spell(tokenBytes[id], merged))) == 1 && merged[0] == id)
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
