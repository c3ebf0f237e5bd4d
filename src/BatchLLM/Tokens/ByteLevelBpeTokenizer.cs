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
    private readonly TokenNames _names;
    private readonly PromptEncoder _encoder;

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
        _names = new TokenNames(tokenBytes, addedTokens);
        _encoder = new PromptEncoder(
            new PromptSplitter(addedTokens, normalize), () => new WordEncoder(words, pairs.Spell, pairs.Merges, preTokenizer),
            metaspace: null);
    }

    /// <inheritdoc/>
    public int VocabularySize => _tokenBytes.Count;

    /// <inheritdoc/>
    public AffixTokens Affixes { get; internal init; } = AffixTokens.None;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">
    /// The literal spans are not ascending, disjoint and inside the text.
    /// </exception>
    public int[] Encode(PromptText prompt) => _encoder.Encode(prompt, AffixTokens.None);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">As for <see cref="Encode(PromptText)"/>.</exception>
    public int[] EncodeWithAffixes(PromptText prompt) => _encoder.Encode(prompt, Affixes);

    /// <inheritdoc/>
    public int? FindToken(string text) => _names.Find(text);

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
}
