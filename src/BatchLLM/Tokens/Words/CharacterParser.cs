namespace BatchLLM.Tokens.Words;

/// <summary>Parses what matches one character: a literal, an escape, the dot or a class.</summary>
internal sealed class CharacterParser(PatternReader reader)
{
    private const int DeepestNesting = 50;

    private int _depth;

    /// <summary>The set of characters that comes next.</summary>
    /// <param name="ignoresCase">True inside <c>(?i:</c>.</param>
    /// <exception cref="FormatException">It is malformed or not supported.</exception>
    public CodePointSet Parse(bool ignoresCase)
    {
        if (reader.TryRead("["))
        {
            return ParseClass(ignoresCase);
        }

        var point = reader.Next();
        return point switch
        {
            '.' => UnicodeSets.LineFeed.Complement(),
            '\\' => ParseEscape(ignoresCase),
            '*' or '+' or '?' => throw reader.Refuse("a repetition of nothing"),
            _ => Single(point, ignoresCase),
        };
    }

    private CodePointSet ParseClass(bool ignoresCase)
    {
        if (++_depth > DeepestNesting)
        {
            throw reader.Refuse($"more than {DeepestNesting} nested classes");
        }

        var isNegative = reader.TryRead("^");
        if (reader.IsNext("]"))
        {
            throw reader.Refuse("a class that begins with ]");
        }

        var set = ParseUnion(ignoresCase);
        while (reader.TryRead("&&"))
        {
            set = set.Intersect(ParseUnion(ignoresCase));
        }

        _depth--;
        _ = reader.TryRead("]");
        return isNegative ? set.Complement() : set;
    }

    private CodePointSet ParseUnion(bool ignoresCase)
    {
        var set = CodePointSet.None;
        while (!reader.IsNext("]") && !reader.IsNext("&&"))
        {
            set = set.Union(ParseMember(ignoresCase));
        }

        return set;
    }

    private CodePointSet ParseMember(bool ignoresCase)
    {
        if (reader.IsNext("[:"))
        {
            throw reader.Refuse("the text before a POSIX class");
        }

        if (reader.TryRead("["))
        {
            return ParseClass(ignoresCase);
        }

        var first = reader.Next();
        if (first == '\\')
        {
            first = reader.Next();
            if (TrySet(first) is { } named)
            {
                return FoldNamed(named, ignoresCase);
            }

            first = ReadEscaped(first);
        }

        return ParseRange(first, ignoresCase);
    }

    private CodePointSet ParseRange(int first, bool ignoresCase)
    {
        var mark = reader.Mark();
        if (!reader.TryRead("-") || reader.IsNext("]") || reader.IsNext("&&"))
        {
            reader.Return(mark);
            return Single(first, ignoresCase);
        }

        var last = reader.Next();
        last = last == '\\' ? ReadEscaped(reader.Next()) : last;
        return last is '[' || last < first
            ? throw reader.Refuse("a range whose end is below its start or no character")
            : Fold(new CodePointSet([(first, last)]), ignoresCase);
    }

    private CodePointSet ParseEscape(bool ignoresCase)
    {
        var letter = reader.Next();
        return TrySet(letter) is { } named ? FoldNamed(named, ignoresCase) : Single(ReadEscaped(letter), ignoresCase);
    }

    private CodePointSet? TrySet(int letter) => letter switch
    {
        's' => UnicodeSets.White,
        'S' => UnicodeSets.White.Complement(),
        'd' => UnicodeSets.Digit,
        'D' => UnicodeSets.Digit.Complement(),
        'w' => UnicodeSets.Word,
        'W' => UnicodeSets.Word.Complement(),
        'p' => ReadProperty(isNegative: false),
        'P' => ReadProperty(isNegative: true),
        _ => null,
    };

    private CodePointSet ReadProperty(bool isNegative)
    {
        if (!reader.TryRead("{"))
        {
            throw reader.Refuse(@"\p without {");
        }

        var name = reader.ReadTo('}');
        isNegative ^= name.StartsWith('^');
        var set = UnicodeSets.FindProperty(name.TrimStart('^')) ?? throw reader.Refuse($"the property {name}");
        return isNegative ? set.Complement() : set;
    }

    private int ReadEscaped(int letter) => letter switch
    {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'f' => '\f',
        'v' => '\v',
        'a' => '\a',
        'e' => '\e',
        'x' => reader.TryRead("{") ? reader.ToCodePoint(reader.ReadTo('}')) : reader.ReadHex(2),
        'u' => reader.ReadHex(4),
        (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') => throw reader.Refuse($"\\{(char)letter}"),
        _ => letter,
    };

    private CodePointSet Single(int point, bool ignoresCase) => Fold(CodePointSet.Of(point), ignoresCase);

    // \p{Lu} and the like mean another set where case is ignored; \s and \d have no case.
    private CodePointSet FoldNamed(CodePointSet set, bool ignoresCase) =>
        ignoresCase && set != UnicodeSets.White && set != UnicodeSets.Digit ? Fold(set, ignoresCase) : set;

    private CodePointSet Fold(CodePointSet set, bool ignoresCase)
    {
        if (!ignoresCase)
        {
            return set;
        }

        return set.Last < 128
            ? set.Union(CodePointSet.Of(Enumerable.Range(0, 128).Where(set.Contains).SelectMany(OtherCases)))
            : throw reader.Refuse("a character outside ASCII where case is ignored");
    }

    // Unicode's case folding makes U+017F an s and the Kelvin sign a k, and the reference engine follows it.
    private static IEnumerable<int> OtherCases(int point) => point switch
    {
        's' or 'S' => ['s', 'S', '\u017F'],
        'k' or 'K' => ['k', 'K', '\u212A'],
        _ when char.IsAsciiLetter((char)point) => [point ^ 0x20],
        _ => [],
    };
}
