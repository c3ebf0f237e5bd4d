namespace BatchLLM.Tokens;

/// <summary>Makes the tokenizer of a SentencePiece model file, as Llama 2 and Mistral publish it.</summary>
/// <remarks>
/// Control tokens cut the text, and each part gets its space in front, as in the tokenizer.json that these models are
/// published with; the library itself knows no control tokens in text.
/// </remarks>
internal static class SentencePieceFile
{
    private const string Mark = "▁";

    /// <summary>True if a file begins as a SentencePiece model does: with its first piece.</summary>
    public static bool IsOne(ReadOnlySpan<byte> file) => file is [0x0A, _, ..];

    /// <summary>Makes the tokenizer.</summary>
    /// <exception cref="BatchLLMException">The file is damaged or not supported.</exception>
    public static PieceBpeTokenizer Load(ReadOnlySpan<byte> file, string name)
    {
        var model = SentencePieceModel.Read(file, name);
        var decoding = new TokenDecoding(
            [KeyValuePair.Create(Mark, " ")], BytesFallBack: model.BytesFallBack, model.AddsSpace ? 1 : 0);
        return new PieceBpeTokenizer(ToPieces(model, name), PiecePreTokenizer.None, text => Normalize(model, text), decoding)
        {
            Affixes = model.FirstPiece < 0 ? AffixTokens.None : new AffixTokens([model.FirstPiece], []),
        };
    }

    // Pieces of the user are spelled as normalized text is, with marks for spaces.
    private static IEnumerable<AddedToken> Recognised(SentencePieceModel model) => model.Pieces.Index()
        .Where(entry => entry.Item.Kind
            is SentencePieceKind.Control or SentencePieceKind.Unknown or SentencePieceKind.UserDefined)
        .Select(entry => new AddedToken(
            entry.Index,
            entry.Item.Text,
            entry.Item.Text,
            entry.Item.Kind != SentencePieceKind.UserDefined,
            IsNormalized: entry.Item.Kind == SentencePieceKind.UserDefined));

    private static string Normalize(SentencePieceModel model, string text)
    {
        text = model.DropsSpaces ? string.Join(' ', text.Split(' ', StringSplitOptions.RemoveEmptyEntries)) : text;
        return (model.AddsSpace && text.Length > 0 ? Mark : "") + text.Replace(" ", Mark, StringComparison.Ordinal);
    }

    private static PieceModel ToPieces(SentencePieceModel model, string name)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (id, piece) in model.Pieces.Index())
        {
            if (!ids.TryAdd(piece.Text, id))
            {
                throw new BatchLLMException($"{name}: pieces {ids[piece.Text]} and {id} are spelled alike. Copy the file again.");
            }
        }

        return new PieceModel(
            [.. model.Pieces.Select(piece => piece.Text)],
            Merges(model, ids),
            [.. Recognised(model)],
            model.BytesFallBack ? ByteTokens(model) : null,
            model.Pieces.FindIndex(piece => piece.Kind == SentencePieceKind.Unknown),
            FusesUnknown: true);
    }

    private static int[] ByteTokens(SentencePieceModel model)
    {
        var tokens = new int[256];
        Array.Fill(tokens, -1);
        foreach (var (id, piece) in model.Pieces.Index().Where(entry => entry.Item.Kind == SentencePieceKind.Byte))
        {
            if (TokenDecoding.SpelledByte(piece.Text) is { } value)
            {
                tokens[value] = id;
            }
        }

        return tokens;
    }

    /// <summary>Any two pieces whose union is a piece merge; the union with the higher score first.</summary>
    private static List<Merge> Merges(SentencePieceModel model, Dictionary<string, int> ids)
    {
        var known = ids.GetAlternateLookup<ReadOnlySpan<char>>();
        var merges = new List<Merge>();
        foreach (var (rank, (id, piece)) in model.Pieces.Index()
            .Where(entry => entry.Item.Kind == SentencePieceKind.Normal)
            .OrderByDescending(entry => entry.Item.Score).Index())
        {
            for (var cut = 1; cut < piece.Text.Length; cut++)
            {
                if (known.TryGetValue(piece.Text.AsSpan(0, cut), out var left) && IsMade(model.Pieces[left])
                    && known.TryGetValue(piece.Text.AsSpan(cut), out var right) && IsMade(model.Pieces[right]))
                {
                    merges.Add(new Merge(left, right, rank, id));
                }
            }
        }

        return merges;
    }

    private static bool IsMade(SentencePiece piece) => piece.Kind == SentencePieceKind.Normal;
}
