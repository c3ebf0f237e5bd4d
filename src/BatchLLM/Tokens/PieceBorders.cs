using System.Text;

namespace BatchLLM.Tokens;

/// <summary>Cuts text where no merge crosses, so that most parts are short and many are one token.</summary>
/// <param name="pairs">Proves where none crosses; null if nothing can be proved.</param>
/// <param name="cutBefore">A part ends before each of this code point, as the pre-tokenizer says; -1 for none.</param>
/// <param name="cutAfter">A part ends after each of this code point; -1 for none.</param>
internal sealed class PieceBorders(CharacterPairs? pairs, int cutBefore, int cutAfter)
{
    /// <summary>Where the part that begins at an index ends.</summary>
    /// <param name="utf8">Valid UTF-8.</param>
    /// <param name="start">Below the text's length.</param>
    public int End(ReadOnlySpan<byte> utf8, int start)
    {
        var at = start + Decode(utf8, start, out var previous);
        while (at < utf8.Length)
        {
            var length = Decode(utf8, at, out var next);
            if (next == cutBefore || previous == cutAfter || pairs?.MayHold(previous, next) == false)
            {
                return at;
            }

            previous = next;
            at += length;
        }

        return at;
    }

    private static int Decode(ReadOnlySpan<byte> utf8, int at, out int codePoint)
    {
        if (utf8[at] < 0x80)
        {
            codePoint = utf8[at];
            return 1;
        }

        Rune.DecodeFromUtf8(utf8[at..], out var rune, out var length);
        codePoint = rune.Value;
        return length;
    }
}
