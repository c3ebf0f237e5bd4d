using System.Buffers;
using System.Collections.Concurrent;
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
    private readonly Func<WordEncoder> _newEncoder;
    private readonly ConcurrentBag<WordEncoder> _encoders = []; // those that no thread uses at the moment
    private readonly PromptSplitter _splitter;
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
        _tokenBytes = tokenBytes;
        _newEncoder = () => new WordEncoder(words, pairs.Spell, pairs.Merges, preTokenizer);
        _splitter = new PromptSplitter(addedTokens, normalize);
        foreach (var token in addedTokens)
        {
            _addedIds[token.Text] = token.Id;
        }
    }

    /// <inheritdoc/>
    public int VocabularySize => _tokenBytes.Count;

    /// <inheritdoc/>
    public AffixTokens Affixes { get; internal init; } = AffixTokens.None;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">
    /// The literal spans are not ascending, disjoint and inside the text.
    /// </exception>
    public int[] Encode(PromptText prompt) => Encode(prompt, AffixTokens.None);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">As for <see cref="Encode(PromptText)"/>.</exception>
    public int[] EncodeWithAffixes(PromptText prompt) => Encode(prompt, Affixes);

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
        var length = 0;
        foreach (var token in tokens)
        {
            length += GetBytes(token).Length;
        }

        var rented = ArrayPool<byte>.Shared.Rent(length);
        var room = rented.AsSpan(0, length);
        foreach (var token in tokens)
        {
            _tokenBytes[token].CopyTo(room);
            room = room[_tokenBytes[token].Length..];
        }

        var text = Encoding.UTF8.GetString(rented, 0, length);
        ArrayPool<byte>.Shared.Return(rented);
        return text;
    }

    private int[] Encode(PromptText prompt, AffixTokens around)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        var encoder = _encoders.TryTake(out var idle) ? idle : _newEncoder();
        encoder.Append(around.Prefix);
        foreach (var piece in _splitter.Split(prompt))
        {
            if (piece.IsText)
            {
                encoder.Append(piece.Text.Span);
            }
            else
            {
                encoder.Append(piece.Token);
            }
        }

        encoder.Append(around.Suffix);
        var tokens = encoder.Take();
        _encoders.Add(encoder);
        return tokens;
    }
}
