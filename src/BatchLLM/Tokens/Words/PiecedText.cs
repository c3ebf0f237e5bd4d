using System.Runtime.InteropServices;
using System.Text;

namespace BatchLLM.Tokens.Words;

/// <summary>
/// A text as code points, cut into pieces that fill it without gaps; and the text that is being made of it, piece by
/// piece. Working memory, kept from text to text.
/// </summary>
internal sealed class PiecedText
{
    private List<int> _points = [];
    private List<int> _ends = []; // [pieces] ascending; the last one is the number of points
    private List<int> _nextPoints = [];
    private List<int> _nextEnds = [];
    private readonly List<byte> _utf8 = [];
    private bool _isSpelled;

    /// <summary>How many pieces there are.</summary>
    public int PieceCount => _ends.Count;

    /// <summary>The code points of a piece.</summary>
    public ReadOnlySpan<int> this[int piece] =>
        CollectionsMarshal.AsSpan(_points)[(piece == 0 ? 0 : _ends[piece - 1]).._ends[piece]];

    /// <summary>Makes the text one piece; an empty text has none.</summary>
    /// <param name="utf8">Valid UTF-8.</param>
    public void Load(ReadOnlySpan<byte> utf8)
    {
        _nextEnds.Clear();
        _isSpelled = false;
        while (!utf8.IsEmpty)
        {
            Rune.DecodeFromUtf8(utf8, out var rune, out var length);
            Append(rune.Value);
            utf8 = utf8[length..];
        }

        EndPiece();
        Turn();
    }

    /// <summary>Appends to the current piece of the text being made.</summary>
    public void Append(ReadOnlySpan<int> points) => _nextPoints.AddRange(points);

    /// <inheritdoc cref="Append(ReadOnlySpan{int})"/>
    public void Append(int point) => _nextPoints.Add(point);

    /// <summary>Ends the current piece of the text being made; without effect if it is empty.</summary>
    public void EndPiece()
    {
        if (_nextPoints.Count > (_nextEnds.Count == 0 ? 0 : _nextEnds[^1]))
        {
            _nextEnds.Add(_nextPoints.Count);
        }
    }

    /// <summary>Puts the text being made in this one's place.</summary>
    public void Turn()
    {
        (_points, _ends, _nextPoints, _nextEnds) = (_nextPoints, _nextEnds, _points, _ends);
        _nextPoints.Clear();
        _nextEnds.Clear();
    }

    /// <summary>Spells every byte of the text's UTF-8 as a letter of <see cref="ByteAlphabet"/>, from now on.</summary>
    public void Spell()
    {
        Span<byte> bytes = stackalloc byte[4];
        for (var piece = 0; piece < PieceCount; piece++)
        {
            foreach (var point in this[piece])
            {
                foreach (var value in bytes[..new Rune(point).EncodeToUtf8(bytes)])
                {
                    Append(ByteAlphabet.LetterOf(value));
                }
            }

            EndPiece();
        }

        Turn();
        _isSpelled = true;
    }

    /// <summary>The text's bytes. The end of its use, until another is loaded.</summary>
    /// <param name="ends">Where each piece ends in them.</param>
    public ReadOnlySpan<byte> Encode(out ReadOnlySpan<int> ends)
    {
        _utf8.Clear();
        for (var piece = 0; piece < PieceCount; piece++)
        {
            foreach (var point in this[piece])
            {
                EncodePoint(point);
            }

            _nextEnds.Add(_utf8.Count);
        }

        (_ends, _nextEnds) = (_nextEnds, _ends);
        ends = CollectionsMarshal.AsSpan(_ends);
        return CollectionsMarshal.AsSpan(_utf8);
    }

    private void EncodePoint(int point)
    {
        if (_isSpelled)
        {
            _utf8.Add(ByteAlphabet.ByteOf(point));
        }
        else if (point < 0x80)
        {
            _utf8.Add((byte)point);
        }
        else
        {
            Span<byte> bytes = stackalloc byte[4];
            _utf8.AddRange(bytes[..new Rune(point).EncodeToUtf8(bytes)]);
        }
    }
}
