using System.Buffers;
using System.Collections;
using System.Runtime.InteropServices;
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
        var shown = (string?[])model.Pieces.Clone();
        foreach (var token in model.AddedTokens)
        {
            shown[token.Id] = token.IsSpecial ? null : token.Pattern;
        }

        _texts = new TokenBytes([.. shown.Select(text => text is null ? null : decoding.Decode(text))]);
        _isByte = new BitArray([.. shown.Select(text => text is not null && decoding.IsByte(text))]);
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
                at += WriteRun(tokens[at..], bytes, addedSpaces);
                addedSpaces = 0;
            }
            else
            {
                var text = _texts[tokens[at++]];
                bytes.Write(LeadingSpaces.Drop(text, addedSpaces));
                addedSpaces = text.IsEmpty ? addedSpaces : 0;
            }
        }

        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    // The reference judges neighbouring bytes together: one wrong byte makes each of them a U+FFFD.
    private int WriteRun(ReadOnlySpan<int> tokens, ArrayBufferWriter<byte> bytes, int addedSpaces)
    {
        var count = 0;
        var run = new List<byte>();
        for (; count < tokens.Length && (_isByte[tokens[count]] || _texts[tokens[count]].IsEmpty); count++)
        {
            run.AddRange(_texts[tokens[count]]);
        }

        var written = CollectionsMarshal.AsSpan(run);
        if (Utf8.IsValid(written))
        {
            bytes.Write(LeadingSpaces.Drop(written, addedSpaces));
        }
        else
        {
            run.ForEach(_ => bytes.Write(Replacement));
        }

        return count;
    }
}
