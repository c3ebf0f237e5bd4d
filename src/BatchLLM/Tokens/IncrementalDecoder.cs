using System.Text;

namespace BatchLLM.Tokens;

/// <summary>
/// Text of a completion as its tokens arrive. A character whose bytes are spread over several tokens appears whole with
/// the last of them; bytes that cannot become a character appear as U+FFFD. One completion each.
/// </summary>
/// <param name="tokenizer">Gives each token's bytes.</param>
/// <param name="continuesText">True if a space in front is part of the text, not of the encoding.</param>
public sealed class IncrementalDecoder(ITokenizer tokenizer, bool continuesText = false)
{
    // Carries the bytes of an unfinished character from token to token.
    private readonly Decoder _utf8 = Encoding.UTF8.GetDecoder();
    private char[] _text = new char[64]; // [_length used]
    private int _length;
    private int _addedSpaces = continuesText ? 0 : tokenizer.AddedSpaces; // until the first token that has a text

    /// <summary>All text so far, without a last character that is not yet whole.</summary>
    public ReadOnlySpan<char> Text => _text.AsSpan(0, _length);

    /// <summary>Takes the next token; <see cref="Text"/> grows by nothing, a part of a word, or more.</summary>
    public void Append(int token)
    {
        var bytes = tokenizer.GetBytes(token);
        if (!bytes.IsEmpty && _addedSpaces > 0)
        {
            bytes = LeadingSpaces.Drop(bytes, _addedSpaces);
            _addedSpaces = 0;
        }

        Reserve(Encoding.UTF8.GetMaxCharCount(bytes.Length));
        _length += _utf8.GetChars(bytes, _text.AsSpan(_length), flush: false);
    }

    private void Reserve(int more)
    {
        if (_length + more > _text.Length)
        {
            Array.Resize(ref _text, Math.Max(2 * _text.Length, _length + more));
        }
    }
}
