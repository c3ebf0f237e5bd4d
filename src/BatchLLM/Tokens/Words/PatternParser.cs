using static BatchLLM.Tokens.Words.PatternNode;

namespace BatchLLM.Tokens.Words;

/// <summary>
/// Parses the expressions of published pre-tokenizers: the part of Oniguruma's Ruby syntax that they use.
/// </summary>
/// <remarks>
/// A language of its own and not .NET's, whose engine matches UTF-16 units: a letter outside the BMP is no \p{L} to it.
/// What is not known is refused by name, because an expression understood differently would change ids silently.
/// </remarks>
internal sealed class PatternParser
{
    // Far deeper than any published expression, and far from exhausting the stack.
    private const int DeepestNesting = 50;

    private readonly PatternReader _reader;
    private readonly CharacterParser _characters;
    private bool _ignoresCase;
    private int _depth;

    private PatternParser(string pattern)
    {
        _reader = new PatternReader(pattern);
        _characters = new CharacterParser(_reader);
    }

    /// <summary>The parsed expression.</summary>
    /// <exception cref="FormatException">
    /// It is malformed or uses what is not supported; the message says what and where.
    /// </exception>
    public static PatternNode Parse(string pattern)
    {
        var parser = new PatternParser(pattern);
        var node = parser.ParseChoice();
        return parser._reader.IsAtEnd ? node : throw parser._reader.Refuse("the text before an unopened )");
    }

    /// <summary>The expression that matches a text and nothing else.</summary>
    public static PatternNode Literal(string text) =>
        new Sequence([.. text.EnumerateRunes().Select(rune => new Characters(CodePointSet.Of(rune.Value)))]);

    private PatternNode ParseChoice()
    {
        var branches = new List<PatternNode>();
        do
        {
            branches.Add(ParseSequence());
        }
        while (_reader.TryRead("|"));
        return branches.Count == 1 ? branches[0] : new Choice(branches);
    }

    private PatternNode ParseSequence()
    {
        var parts = new List<PatternNode>();
        while (!_reader.IsAtEnd && !_reader.IsNext("|") && !_reader.IsNext(")"))
        {
            parts.Add(ParseRepetition(ParseAtom()));
        }

        return parts.Count == 1 ? parts[0] : new Sequence(parts);
    }

    private PatternNode ParseAtom()
    {
        if (_reader.TryRead("("))
        {
            return ParseGroup();
        }

        return TryReadPlace() is { } place ? new Place(place) : new Characters(_characters.Parse(_ignoresCase));
    }

    private PlaceKind? TryReadPlace() => true switch
    {
        _ when _reader.TryRead("^") => PlaceKind.LineStart,
        _ when _reader.TryRead("$") => PlaceKind.LineEnd,
        _ when _reader.TryRead(@"\A") => PlaceKind.TextStart,
        _ when _reader.TryRead(@"\z") => PlaceKind.TextEnd,
        _ when _reader.TryRead(@"\b") => PlaceKind.WordBoundary,
        _ when _reader.TryRead(@"\B") => PlaceKind.NoWordBoundary,
        _ => null,
    };

    private PatternNode ParseGroup() => true switch
    {
        _ when _reader.TryRead("?:") => ParseInside(_ignoresCase),
        _ when _reader.TryRead("?i:") => ParseInside(ignoresCase: true),
        _ when _reader.TryRead("?-i:") => ParseInside(ignoresCase: false),
        _ when _reader.TryRead("?=") => new Lookahead(ParseInside(_ignoresCase), IsNegative: false),
        _ when _reader.TryRead("?!") => new Lookahead(ParseInside(_ignoresCase), IsNegative: true),
        _ when _reader.TryRead("?<=") || _reader.TryRead("?<!") => throw _reader.Refuse("a lookbehind"),
        _ when _reader.TryRead("?>") => throw _reader.Refuse("an atomic group"),
        _ when _reader.TryRead("?") => throw _reader.Refuse("a group (? of another kind than (?: (?i: (?-i: (?= (?!"),
        _ => ParseInside(_ignoresCase),
    };

    private PatternNode ParseInside(bool ignoresCase)
    {
        if (++_depth > DeepestNesting)
        {
            throw _reader.Refuse($"more than {DeepestNesting} nested groups");
        }

        var outside = _ignoresCase;
        _ignoresCase = ignoresCase;
        var node = ParseChoice();
        (_ignoresCase, _depth) = (outside, _depth - 1);
        return _reader.TryRead(")") ? node : throw _reader.Refuse("a group without )");
    }

    private PatternNode ParseRepetition(PatternNode part)
    {
        if (TryReadCounts() is not var (minimum, maximum, isInBraces))
        {
            return part;
        }

        if (part is Place)
        {
            throw _reader.Refuse("a repeated anchor");
        }

        PatternNode node = _reader.TryRead("+")
            ? MakePossessive(part, minimum, maximum, isInBraces)
            : new Repetition(part, minimum, maximum, ReadLazy(minimum, maximum, isInBraces));
        return TryReadCounts() is null ? node : throw _reader.Refuse("a repetition of a repetition");
    }

    // Ruby's {n}? is no lazy repetition but an optional one. Nobody publishes either.
    private bool ReadLazy(int minimum, int? maximum, bool isInBraces) =>
        _reader.TryRead("?") && (isInBraces && minimum == maximum ? throw _reader.Refuse("{n}?") : true);

    // Ruby reads {n,m}+ as a repetition of a repetition. Only over one character is possessive the same as greedy
    // and not followed by one more.
    private Sequence MakePossessive(PatternNode part, int minimum, int? maximum, bool isInBraces)
    {
        if (isInBraces || part is not Characters)
        {
            throw _reader.Refuse(isInBraces ? "{n,m}+" : "a possessive repetition of more than one character");
        }

        var none = new Lookahead(part, IsNegative: true);
        return maximum is null
            ? new Sequence([new Repetition(part, minimum, null, IsLazy: false), none])
            : new Sequence([new Choice([part, none])]);
    }

    private (int Minimum, int? Maximum, bool IsInBraces)? TryReadCounts() => true switch
    {
        _ when _reader.TryRead("*") => (0, null, false),
        _ when _reader.TryRead("+") => (1, null, false),
        _ when _reader.TryRead("?") => (0, 1, false),
        _ when _reader.IsNext("{") => TryReadBraces(),
        _ => null,
    };

    // A brace that holds no counts is itself.
    private (int Minimum, int? Maximum, bool IsInBraces)? TryReadBraces()
    {
        var mark = _reader.Mark();
        _ = _reader.TryRead("{");
        var minimum = _reader.TryReadNumber();
        var hasComma = _reader.TryRead(",");
        var maximum = hasComma ? _reader.TryReadNumber() : minimum;
        if ((minimum ?? maximum) is null || !_reader.TryRead("}"))
        {
            _reader.Return(mark);
            return null;
        }

        return maximum < minimum ? throw _reader.Refuse("{n,m} with n above m") : (minimum ?? 0, maximum, true);
    }
}
