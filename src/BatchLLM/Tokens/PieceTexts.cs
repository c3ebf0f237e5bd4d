using System.Buffers;
using System.Collections;
using System.Text;
using System.Text.Unicode;

namespace BatchLLM.Tokens;

/// <summary>Tokens of a vocabulary of characters to text.</summary>
internal sealed class PieceTexts
{
    private static readonly byte[] Replacement = [0xEF, 0xBF, 0xBD];

    private readonly TokenBytes _texts;
    private readonly BitArray _isByte; // [tokens] true for those that may be a part of a character

    /// <summary>Decodes every token once.</summary>
    public PieceTexts(PieceModel model, TokenDecoding decoding)
    {
        _texts = new TokenBytes(
            [.. model.Pieces.Select((piece, id) => piece is null || model.Control.Contains(id) ? null : decoding.Decode(piece))]);
        _isByte = new BitArray(
            [.. model.Pieces.Select((piece, id) => piece is not null && !model.Control.Contains(id) && decoding.IsByte(piece))]);
        AddedSpaces = decoding.AddedSpaces;
    }

    /// <summary>Most spaces dropped from the first token of a text.</summary>
    public int AddedSpaces { get; }

    /// <summary>The bytes of a token.</summary>
    public ReadOnlySpan<byte> this[int token] => _texts[token];

    /// <summary>The text of tokens.</summary>
    /// <param name="tokens">Ids of the vocabulary.</param>
    /// <param name="addedSpaces">Most spaces to drop from the first token that has a text.</param>
    public string Decode(ReadOnlySpan<int> tokens, int addedSpaces)
    {
        var bytes = new ArrayBufferWriter<byte>((4 * tokens.Length) + 1);
        for (var at = 0; at < tokens.Length;)
        {
            if (_isByte[tokens[at]])
            {
                at += WriteRun(tokens[at..], bytes);
            }
            else
            {
                var text = _texts[tokens[at++]];
                bytes.Write(bytes.WrittenCount == 0 ? WithoutSpaces(text, addedSpaces) : text);
                addedSpaces = text.IsEmpty ? addedSpaces : 0;
            }
        }

        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    // The reference judges neighbouring bytes together: one wrong byte makes each of them a U+FFFD.
    private int WriteRun(ReadOnlySpan<int> tokens, ArrayBufferWriter<byte> bytes)
    {
        var count = 0;
        var run = new List<byte>();
        for (; count < tokens.Length && (_isByte[tokens[count]] || _texts[tokens[count]].IsEmpty); count++)
        {
            run.AddRange(_texts[tokens[count]]);
        }

        var written = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(run);
        if (Utf8.IsValid(written))
        {
            bytes.Write(written);
        }
        else
        {
            run.ForEach(_ => bytes.Write(Replacement));
        }

        return count;
    }

    /// <summary>A first token's bytes without the spaces that the encoding put there.</summary>
    public static ReadOnlySpan<byte> WithoutSpaces(ReadOnlySpan<byte> text, int most)
    {
        var spaces = text.IndexOfAnyExcept((byte)' ');
        return text[Math.Min(most, spaces < 0 ? text.Length : spaces)..];
    }
}
