using System.Text;
using BatchLLM.Tokens.Words;

namespace BatchLLM.Tokens;

/// <summary>
/// Byte-pair encoding over characters, as SentencePiece trains it and Llama 2, Mistral and Gemma use it: spaces are a
/// visible mark, characters without a token become their bytes. Immutable, hence thread-safe.
/// </summary>
public sealed class PieceBpeTokenizer : ITokenizer
{
    private readonly TokenBytes _spellings;
    private readonly TokenNames _names;
    private readonly PromptEncoder _encoder;
    private readonly PieceTexts _texts;

    /// <summary>Joins what was read from a model directory.</summary>
    /// <param name="model">The vocabulary.</param>
    /// <param name="preTokenizer">What happens before the merges.</param>
    /// <param name="normalize">What is done to the text between added tokens; null for nothing.</param>
    /// <param name="decoding">How tokens become text.</param>
    internal PieceBpeTokenizer(
        PieceModel model, PiecePreTokenizer preTokenizer, Func<string, string>? normalize, TokenDecoding decoding)
    {
        _texts = new PieceTexts(model, decoding);
        _spellings = new TokenBytes([.. model.Pieces.Select(piece => piece is null ? null : Encoding.UTF8.GetBytes(piece))]);
        _names = new TokenNames(_spellings, model.AddedTokens);
        var characters = new CharacterTokens(model);
        var merges = new MergeTable(model.Merges.Count);
        foreach (var (left, right, rank, merged) in model.Merges)
        {
            merges.Add(left, right, rank, merged);
        }

        var borders = new PieceBorders(ProvenPairs(model), preTokenizer.CutBefore, preTokenizer.CutAfter);
        var words = ReachableWords(model, characters, merges);
        var parts = new PreTokenizer(borders.End, MakeCutter: null);
        _encoder = new PromptEncoder(
            new PromptSplitter(model.AddedTokens, normalize), () => new WordEncoder(words, characters.Spell, merges, parts),
            preTokenizer.Metaspace);
    }

    /// <inheritdoc/>
    public int VocabularySize => _spellings.Count;

    /// <inheritdoc/>
    public AffixTokens Affixes { get; internal init; } = AffixTokens.None;

    /// <inheritdoc/>
    public int AddedSpaces => _texts.AddedSpaces;

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
        RequireToken(token);
        return _texts[token];
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">An id is not below <see cref="VocabularySize"/>.</exception>
    public string Decode(ReadOnlySpan<int> tokens) => Decode(tokens, _texts.AddedSpaces);

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">An id is not below <see cref="VocabularySize"/>.</exception>
    public string DecodeContinuation(ReadOnlySpan<int> tokens) => Decode(tokens, 0);

    private string Decode(ReadOnlySpan<int> tokens, int addedSpaces)
    {
        foreach (var token in tokens)
        {
            RequireToken(token);
        }

        return _texts.Decode(tokens, addedSpaces);
    }

    private void RequireToken(int token)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(token);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(token, VocabularySize);
    }

    /// <summary>
    /// The pairs of characters that merges cross, or null where text must stay whole: a merge of bytes or of the unknown
    /// token crosses characters that no piece shows, and so does the fusion of unknown characters.
    /// </summary>
    private static CharacterPairs? ProvenPairs(PieceModel model)
    {
        var hidden = model.ByteTokens?.ToHashSet() ?? [];
        var isComplete = model.ByteTokens?.Contains(-1) == false;
        return isComplete && !model.Merges.Any(merge => hidden.Contains(merge.Left) || hidden.Contains(merge.Right))
            ? new CharacterPairs(model.Merges.Select(merge => merge.Merged).ToHashSet().Select(id => model.Pieces[id]!).ToArray())
            : null;
    }

    private WordTable ReachableWords(PieceModel model, CharacterTokens characters, MergeTable merges)
    {
        var words = new WordTable(_spellings);
        var merger = new WordMerger(merges);
        var merged = new int[_spellings.LongestToken]; // [bytes of the longest token]
        for (var id = 0; id < VocabularySize; id++)
        {
            var spelled = merged.AsSpan(0, characters.Spell(_spellings[id], merged));
            if (merger.Merge(spelled) == 1 && spelled[0] == id && !model.Control.Contains(id))
            {
                words.Add(id);
            }
        }

        return words;
    }
}
