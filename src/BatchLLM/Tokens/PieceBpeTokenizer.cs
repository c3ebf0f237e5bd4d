using System.Buffers;
using System.Text;

namespace BatchLLM.Tokens;

/// <summary>
/// Byte-pair encoding over characters, as SentencePiece trains it and Llama 2, Mistral and Gemma use it: spaces are a
/// visible mark, characters without a token become their bytes. Immutable, hence thread-safe.
/// </summary>
public sealed class PieceBpeTokenizer : ITokenizer
{
    private readonly TokenBytes _spellings;
    private readonly WordTable _words; // parts that merging turns into one token
    private readonly CharacterTokens _characters;
    private readonly MergeTable _merges;
    private readonly PieceBorders _borders;
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
        _characters = new CharacterTokens(model);
        _merges = new MergeTable(model.Merges.Count);
        foreach (var (left, right, rank, merged) in model.Merges)
        {
            _merges.Add(left, right, rank, merged);
        }

        _borders = new PieceBorders(ProvenPairs(model), preTokenizer.CutBefore, preTokenizer.CutAfter);
        _words = ReachableWords(model);
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
    public int[] Encode(PromptText prompt)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        var output = new List<int>((prompt.Text.Length / 3) + 8);
        var merger = new PieceMerger(_characters, _merges);
        foreach (var piece in _splitter.Split(prompt))
        {
            if (piece.IsText)
            {
                EncodeText(piece, merger, output);
            }
            else
            {
                output.Add(piece.Token);
            }
        }

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

    // Unpaired surrogates become U+FFFD here.
    private void EncodeText(PromptPiece piece, PieceMerger merger, List<int> output)
    {
        var text = _metaspace is null ? piece.Text.Span : _metaspace.Apply(piece.Text.ToString(), piece.StartsPrompt);
        var rented = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        try
        {
            EncodeParts(rented.AsSpan(0, Encoding.UTF8.GetBytes(text, rented)), merger, output);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private void EncodeParts(ReadOnlySpan<byte> utf8, PieceMerger merger, List<int> output)
    {
        for (var start = 0; start < utf8.Length;)
        {
            var end = _borders.End(utf8, start);
            var token = _words.Find(utf8[start..end]);
            if (token >= 0)
            {
                output.Add(token);
            }
            else
            {
                merger.Encode(utf8[start..end], output);
            }

            start = end;
        }
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

    private WordTable ReachableWords(PieceModel model)
    {
        var words = new WordTable(_spellings);
        var merger = new PieceMerger(_characters, _merges);
        var merged = new List<int>();
        for (var id = 0; id < VocabularySize; id++)
        {
            merged.Clear();
            merger.Encode(_spellings[id], merged);
            if (merged is [var only] && only == id && !model.Control.Contains(id))
            {
                words.Add(id);
            }
        }

        return words;
    }
}
