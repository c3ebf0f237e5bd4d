using System.Collections.Concurrent;
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
    private readonly Func<WordEncoder> _newEncoder;
    private readonly ConcurrentBag<WordEncoder> _encoders = []; // those that no thread uses at the moment
    private readonly Metaspace? _metaspace;
    private readonly PromptSplitter _splitter;
    private readonly PieceTexts _texts;
    private readonly Dictionary<string, int> _addedIds = [];

    /// <summary>Joins what was read from a model directory.</summary>
    /// <param name="model">The vocabulary.</param>
    /// <param name="preTokenizer">What happens before the merges.</param>
    /// <param name="normalize">What is done to the text between added tokens; null for nothing.</param>
    /// <param name="decoding">How tokens become text.</param>
    internal PieceBpeTokenizer(
        PieceModel model, PiecePreTokenizer preTokenizer, Func<string, string>? normalize, TokenDecoding decoding)
    {
        _splitter = new PromptSplitter(model.AddedTokens, normalize);
        foreach (var token in model.AddedTokens)
        {
            _addedIds[token.Text] = token.Id;
        }

        _metaspace = preTokenizer.Metaspace;
        _texts = new PieceTexts(model, decoding);
        _spellings = new TokenBytes([.. model.Pieces.Select(piece => piece is null ? null : Encoding.UTF8.GetBytes(piece))]);
        var characters = new CharacterTokens(model);
        var merges = new MergeTable(model.Merges.Count);
        foreach (var (left, right, rank, merged) in model.Merges)
        {
            merges.Add(left, right, rank, merged);
        }

        var borders = new PieceBorders(ProvenPairs(model), preTokenizer.CutBefore, preTokenizer.CutAfter);
        var words = ReachableWords(model, characters, merges);
        var parts = new PreTokenizer(borders.End, MakeCutter: null);
        _newEncoder = () => new WordEncoder(words, characters.Spell, merges, parts);
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

        var bytes = Encoding.UTF8.GetBytes(text);
        for (var id = 0; id < VocabularySize && bytes.Length > 0; id++)
        {
            if (_spellings[id].SequenceEqual(bytes))
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
        RequireToken(token);
        return _texts[token];
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">An id is not below <see cref="VocabularySize"/>.</exception>
    public string Decode(ReadOnlySpan<int> tokens) => Decode(tokens, _texts.AddedSpaces);

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">An id is not below <see cref="VocabularySize"/>.</exception>
    public string DecodeContinuation(ReadOnlySpan<int> tokens) => Decode(tokens, 0);

    private int[] Encode(PromptText prompt, AffixTokens around)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        var encoder = _encoders.TryTake(out var idle) ? idle : _newEncoder();
        encoder.Append(around.Prefix);
        foreach (var piece in _splitter.Split(prompt))
        {
            if (!piece.IsText)
            {
                encoder.Append(piece.Token);
            }
            else if (_metaspace is null)
            {
                encoder.Append(piece.Text.Span);
            }
            else
            {
                encoder.Append(_metaspace.Apply(piece.Text.ToString(), piece.StartsPrompt));
            }
        }

        encoder.Append(around.Suffix);
        var tokens = encoder.Take();
        _encoders.Add(encoder);
        return tokens;
    }

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
