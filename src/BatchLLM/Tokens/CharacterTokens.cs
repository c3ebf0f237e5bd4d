using System.Text;

namespace BatchLLM.Tokens;

/// <summary>Spells text in the smallest tokens of a vocabulary of characters.</summary>
internal sealed class CharacterTokens
{
    private readonly int[] _basic = new int[0x10000]; // [code point] token, or -1
    private readonly Dictionary<int, int> _others = []; // code points above those
    private readonly PieceModel _model;

    /// <summary>Finds the tokens of single characters.</summary>
    public CharacterTokens(PieceModel model)
    {
        _model = model;
        Array.Fill(_basic, -1);
        for (var id = 0; id < model.Pieces.Length; id++)
        {
            if (model.Pieces[id] is { Length: 1 or 2 } piece && !model.Control.Contains(id)
                && Rune.DecodeFromUtf16(piece, out var rune, out var length) == 0 && length == piece.Length)
            {
                Add(rune.Value, id);
            }
        }
    }

    /// <summary>Writes the tokens of a text; returns how many, at most one a byte.</summary>
    /// <param name="utf8">Valid UTF-8.</param>
    /// <param name="tokens">[bytes of the text] to be written.</param>
    public int Spell(ReadOnlySpan<byte> utf8, Span<int> tokens)
    {
        var count = 0;
        var unknown = false;
        for (int at = 0, length; at < utf8.Length; at += length)
        {
            Rune.DecodeFromUtf8(utf8[at..], out var rune, out length);
            var token = Find(rune.Value);
            if (token >= 0)
            {
                count = Flush(ref unknown, tokens, count);
                tokens[count++] = token;
            }
            else if (TrySpellBytes(utf8.Slice(at, length), tokens[count..]))
            {
                // As in the reference, an unknown character before bytes comes after them.
                count += length;
            }
            else
            {
                count = _model.FusesUnknown ? count : Flush(ref unknown, tokens, count);
                unknown = true;
            }
        }

        return Flush(ref unknown, tokens, count);
    }

    private int Flush(ref bool unknown, Span<int> tokens, int count)
    {
        if (unknown && _model.Unknown >= 0)
        {
            tokens[count++] = _model.Unknown;
        }

        unknown = false;
        return count;
    }

    private bool TrySpellBytes(ReadOnlySpan<byte> character, Span<int> tokens)
    {
        for (var i = 0; i < character.Length; i++)
        {
            tokens[i] = _model.ByteTokens?[character[i]] ?? -1;
            if (tokens[i] < 0)
            {
                return false;
            }
        }

        return true;
    }

    private int Find(int codePoint) =>
        codePoint < _basic.Length ? _basic[codePoint] : _others.GetValueOrDefault(codePoint, -1);

    private void Add(int codePoint, int token)
    {
        if (codePoint < _basic.Length)
        {
            _basic[codePoint] = token;
        }
        else
        {
            _others[codePoint] = token;
        }
    }
}
