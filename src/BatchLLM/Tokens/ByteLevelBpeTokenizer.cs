using System.Buffers;
using System.Text;
using BatchLLM.Tokens.Words;

namespace BatchLLM.Tokens;

/// <summary>
/// Byte-level byte-pair encoding, as Llama 3 and GPT-2 use it. Lossless: every valid text decodes to itself. Made by
/// <see cref="TokenizerJson"/>. Immutable, hence thread-safe.
/// </summary>
public sealed class ByteLevelBpeTokenizer : ITokenizer
{
    private readonly TokenBytes _tokenBytes;
    private readonly WordTable _words;
    private readonly BytePairs _pairs;
    private readonly PreTokenizer _preTokenizer;
    private readonly AddedTokenMatcher _addedTokens;
    private readonly Func<string, string>? _normalize;
    private readonly Dictionary<string, int> _addedIds = [];

    /// <summary>Joins what was read from a model directory.</summary>
    /// <param name="tokenBytes">The bytes of each token; none for special ones.</param>
    /// <param name="words">
    /// Tokens that stand for a whole word of exactly their bytes without any merging, and give the right ids by that.
    /// </param>
    /// <param name="pairs">The merges for all other words.</param>
    /// <param name="preTokenizer">How text is cut into words.</param>
    /// <param name="addedTokens">Tokens recognised by their text.</param>
    /// <param name="normalize">What is done to the text between them before words are cut; null for nothing.</param>
    internal ByteLevelBpeTokenizer(
        TokenBytes tokenBytes,
        WordTable words,
        BytePairs pairs,
        PreTokenizer preTokenizer,
        IReadOnlyCollection<AddedToken> addedTokens,
        Func<string, string>? normalize = null)
    {
        (_tokenBytes, _words, _pairs, _preTokenizer, _normalize) = (tokenBytes, words, pairs, preTokenizer, normalize);
        _addedTokens = new AddedTokenMatcher(addedTokens);
        foreach (var token in addedTokens)
        {
            _addedIds[token.Text] = token.Id;
        }
    }

    /// <inheritdoc/>
    public int VocabularySize => _tokenBytes.Count;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">
    /// The literal spans are not ascending, disjoint and inside the text.
    /// </exception>
    public int[] Encode(PromptText prompt)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        var output = new List<int>((prompt.Text.Length / 3) + 8);
        var merger = new WordMerger(_pairs);
        var start = 0;
        foreach (var match in _addedTokens.Find(prompt))
        {
            EncodeText(prompt.Text.AsSpan(start..match.Start), merger, output);
            output.Add(match.Token);
            start = match.Start + match.Length;
        }

        EncodeText(prompt.Text.AsSpan(start), merger, output);
        return [.. output];
    }

    /// <inheritdoc/>
    public int? FindToken(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (_addedIds.TryGetValue(text, out var added))
        {
            return added;
        }

        // Not the word table: it lacks tokens that merging never reaches. This is asked a few times per job.
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var id = 0; id < VocabularySize && bytes.Length > 0; id++)
        {
            if (_tokenBytes[id].SequenceEqual(bytes))
            {
                return id;
            }
        }

        return null;
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">No token has this id.</exception>
    public ReadOnlySpan<byte> GetBytes(int token)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(token);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(token, VocabularySize);
        return _tokenBytes[token];
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">An id is not below <see cref="VocabularySize"/>.</exception>
    public string Decode(ReadOnlySpan<int> tokens)
    {
        var bytes = new ArrayBufferWriter<byte>((4 * tokens.Length) + 1);
        foreach (var token in tokens)
        {
            bytes.Write(GetBytes(token));
        }

        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    // UTF-8 first, so that words need no conversion of their own; unpaired surrogates become U+FFFD here.
    private void EncodeText(ReadOnlySpan<char> text, WordMerger merger, List<int> output)
    {
        text = _normalize is null ? text : _normalize(text.ToString());
        var rented = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        try
        {
            var count = Encoding.UTF8.GetBytes(text, rented);
            EncodeWords(rented.AsSpan(0, count), merger, output);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private void EncodeWords(ReadOnlySpan<byte> utf8, WordMerger merger, List<int> output)
    {
        if (_preTokenizer.Scanner is { } wordEnd)
        {
            for (var (start, end) = (0, 0); start < utf8.Length; start = end)
            {
                end = wordEnd(utf8, start);
                EncodeWord(utf8[start..end], merger, output);
            }
        }
        else
        {
            EncodeCutWords(utf8, merger, output);
        }
    }

    private void EncodeCutWords(ReadOnlySpan<byte> utf8, WordMerger merger, List<int> output)
    {
        var text = _preTokenizer.MakeCutter!().Cut(utf8, out var ends);
        var start = 0;
        foreach (var end in ends)
        {
            EncodeWord(text[start..end], merger, output);
            start = end;
        }
    }

    private void EncodeWord(ReadOnlySpan<byte> word, WordMerger merger, List<int> output)
    {
        var token = _words.Find(word);
        if (token >= 0)
        {
            output.Add(token);
        }
        else
        {
            merger.Encode(word, output);
        }
    }
}
