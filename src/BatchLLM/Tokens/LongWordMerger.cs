namespace BatchLLM.Tokens;

/// <summary>
/// Byte-pair encoding of long words in linear time, piece by piece: the working memory stays in the cache however long the
/// word is. Serves one thread at a time.
/// </summary>
/// <remarks>
/// Merges are local: what happens on one side of a border does not depend on what happens far beyond the other. So a row of
/// tokens is the encoding of a word exactly if each two neighbours are the encoding of their own bytes (van Antwerpen and
/// Neubeck 2024, GitHub's bpe). Inside an encoded piece that holds already. Of each piece the end, which may have been cut
/// through a token, is left to the next, and only the tokens at the joint are tried. Where they do not fit together, the
/// earlier piece is done again at twice the size, and if that does not help, all of the word so far.
/// </remarks>
/// <param name="merges">The merges by pair.</param>
/// <param name="pieceLength">Tokens of a piece; an eighth of it is left to the next.</param>
internal sealed class LongWordMerger(MergeTable merges, int pieceLength = 1 << 12)
{
    // Memory that one huge word asked for is not kept.
    private const int LongestKept = 1 << 20;

    private readonly RunMerger _piece = new(merges);
    private readonly RunMerger _joint = new(merges);
    private int[] _word = []; // the smallest tokens, while the merged ones take their place

    /// <summary>Merges the smallest tokens of a word in place.</summary>
    /// <returns>How many tokens are left, at the front.</returns>
    public int Merge(Span<int> tokens)
    {
        if (_word.Length < tokens.Length)
        {
            _word = new int[tokens.Length];
        }

        tokens.CopyTo(_word);
        var count = MergePieces(_word.AsSpan(0, tokens.Length), tokens);
        _word = _word.Length > LongestKept ? [] : _word;
        return count;
    }

    private int MergePieces(ReadOnlySpan<int> word, Span<int> output)
    {
        var (done, before) = (default(Progress), default(Progress));
        for (var length = pieceLength; done.End < word.Length;)
        {
            var piece = word[done.End..Math.Min(word.Length, done.End + length)];
            _piece.Merge(piece);
            if (done.Count > 0 && !FitsBehind(word, done, output[done.Count - 1]))
            {
                (done, before, length) = (before, default, 2 * (length + done.End - before.End));
                continue;
            }

            var isLast = done.End + piece.Length == word.Length;
            (before, done, length) = (done, Take(done, isLast ? _piece.Count : Whole(piece.Length), output), pieceLength);
        }

        return done.Count;
    }

    /// <summary>Whether the piece's first token may stand behind the last one so far.</summary>
    private bool FitsBehind(ReadOnlySpan<int> word, Progress done, int last)
    {
        _joint.Merge(word[done.LastStart..(done.End + _piece.End(0))]);
        return _joint.Count == 2 && _joint.Token(0) == last && _joint.Token(1) == _piece.Token(0);
    }

    /// <summary>How many tokens of a piece that was cut are taken: those well before the cut, and at least one.</summary>
    private int Whole(int length)
    {
        var count = _piece.Count;
        while (count > 1 && _piece.End(count - 1) > length - (pieceLength / 8))
        {
            count--;
        }

        return count;
    }

    private Progress Take(Progress done, int count, Span<int> output)
    {
        for (var i = 0; i < count; i++)
        {
            output[done.Count + i] = _piece.Token(i);
        }

        var lastStart = count > 1 ? _piece.End(count - 2) : 0;
        return new Progress(done.End + _piece.End(count - 1), done.End + lastStart, done.Count + count);
    }

    /// <summary>How far the word is merged.</summary>
    /// <param name="End">Where the last token ends.</param>
    /// <param name="LastStart">Where it starts.</param>
    /// <param name="Count">Tokens so far.</param>
    private readonly record struct Progress(int End, int LastStart, int Count);
}
