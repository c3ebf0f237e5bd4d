using static BatchLLM.Tokens.CharacterClasses;

namespace BatchLLM.Tokens;

/// <summary>The white-space alternatives that end both pre-tokenizers' expressions.</summary>
internal static class WhiteRuns
{
    /// <summary>
    /// <c>\s+(?!\S)|\s+</c>: a run of white space, but its last character is left to the word that follows, unless it
    /// is the only one.
    /// </summary>
    public static int End(ReadOnlySpan<byte> utf8, int start)
    {
        var (last, end) = (start, start);
        while (end < utf8.Length && At(utf8, end, out var length) == CharacterClass.White)
        {
            (last, end) = (end, end + length);
        }

        return end == utf8.Length || last == start ? end : last;
    }

    /// <summary><c>\s*[\r\n]+</c>: up to the run's last line break; <paramref name="start"/> if it has none.</summary>
    public static int EndOfLastLineBreak(ReadOnlySpan<byte> utf8, int start)
    {
        var end = EndOfRun(utf8, start, CharacterClass.White);
        return start + utf8[start..end].LastIndexOfAny((byte)'\r', (byte)'\n') + 1;
    }
}
