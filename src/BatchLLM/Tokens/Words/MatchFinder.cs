namespace BatchLLM.Tokens.Words;

/// <summary>Finds the matches of an expression in texts. Holds working memory, so one instance serves one thread.</summary>
internal sealed class MatchFinder(PatternProgram program)
{
    private readonly PatternMatcher _matcher = new(program);

    /// <summary>What the matcher has done in all.</summary>
    public long Steps => _matcher.Steps;

    /// <summary>Appends the matches and what lies between them, which together are the text.</summary>
    /// <remarks>
    /// The leftmost match after the last one; an empty match where the last one ended does not count, and none that
    /// begins there is tried any more. As the reference's search for one match after the other does it.
    /// </remarks>
    public void Find(ReadOnlySpan<int> text, List<Stretch> stretches)
    {
        _matcher.Begin(text.Length);
        var last = 0;
        var lastMatch = -1;
        for (var start = NextStart(text, 0); start <= text.Length;)
        {
            var end = _matcher.Match(text, start);
            if (end < 0 || end == lastMatch)
            {
                start = NextStart(text, start + 1);
                continue;
            }

            Append(stretches, last, start, end);
            (last, lastMatch) = (end, end);
            start = NextStart(text, end);
        }

        if (last < text.Length)
        {
            stretches.Add(new Stretch(last, text.Length, IsMatch: false));
        }
    }

    private static void Append(List<Stretch> stretches, int last, int start, int end)
    {
        if (start > last)
        {
            stretches.Add(new Stretch(last, start, IsMatch: false));
        }

        stretches.Add(new Stretch(start, end, IsMatch: true));
    }

    private int NextStart(ReadOnlySpan<int> text, int start)
    {
        if (program.First is { } first)
        {
            while (start < text.Length && !first.Contains(text[start]))
            {
                start++;
            }

            return start == text.Length ? text.Length + 1 : start;
        }

        return start;
    }
}
