using BatchLLM.Tokens.Words;

namespace BatchLLM.Tokens;

/// <summary>Reads the pre_tokenizer section of tokenizer.json.</summary>
internal static class PreTokenizerJson
{
    private const string Supported =
        "Split, Digits, Punctuation, Whitespace, WhitespaceSplit, ByteLevel or a Sequence of them";

    // The expressions that a scanner knows. Each matches every character, so what becomes of the rest is no question.
    private static readonly Dictionary<string, WordScanner> Scanners = new()
    {
        [Llama3Words.Pattern] = Llama3Words.End,
        [QwenWords.Pattern] = QwenWords.End,
    };

    private static readonly Lazy<PatternProgram> Digits = new(() => SetOf(UnicodeSets.Number));
    private static readonly Lazy<PatternProgram> White = new(() => SetOf(UnicodeSets.White));
    private static readonly Lazy<PatternProgram> Gpt2 = new(() => PatternProgram.Compile(Gpt2Words.Pattern));
    private static readonly Lazy<PatternProgram> WordsAndSymbols = new(() => PatternProgram.Compile(@"\w+|[^\w\s]+"));

    private static readonly Lazy<PatternProgram> Punctuation = new(() => SetOf(UnicodeSets.Punctuation));

    /// <summary>How words are cut as the section describes.</summary>
    /// <exception cref="BatchLLMException">The section describes what is not supported; it says what.</exception>
    public static PreTokenizer Read(JsonPart section)
    {
        var parts = Flatten(section).ToArray();
        RequireOneByteLevel(section, parts);
        if (FindScanner(parts) is { } scanner)
        {
            return new PreTokenizer(scanner, MakeCutter: null);
        }

        Func<IWordStage>[] stages = [.. parts.SelectMany((part, index) => Stages(part, index == parts.Length - 1))];
        return new PreTokenizer(Scanner: null, () => new WordCutter([.. stages.Select(make => make())]));
    }

    private static IEnumerable<JsonPart> Flatten(JsonPart part) => TypeOf(part) == "Sequence"
        ? part.Member("pretokenizers").Items().SelectMany(Flatten)
        : [part];

    private static void RequireOneByteLevel(JsonPart section, JsonPart[] parts)
    {
        if (parts.Count(part => TypeOf(part) == "ByteLevel") != 1)
        {
            throw section.Refuse("one ByteLevel, as the vocabulary is one of bytes");
        }
    }

    private static WordScanner? FindScanner(JsonPart[] parts)
    {
        if (TypeOf(parts[^1]) != "ByteLevel" || AddsSpace(parts[^1]) || parts.Length > 2)
        {
            return null;
        }

        return (parts.Length, UsesExpression(parts[^1])) switch
        {
            (1, true) => Gpt2Words.End,
            (2, false) => FindScanner(parts[0]),
            _ => null,
        };
    }

    private static WordScanner? FindScanner(JsonPart part) =>
        TypeOf(part) == "Split" && KeepsMatches(part) && !part.Member("pattern").Member("Regex").IsMissing
            ? Scanners.GetValueOrDefault(part.Member("pattern").Member("Regex").Text())
            : null;

    private static bool KeepsMatches(JsonPart split) => (Behavior(split), IsInverted(split)) is
        (SplitBehavior.Isolated, _) or (SplitBehavior.Removed, true);

    private static IEnumerable<Func<IWordStage>> Stages(JsonPart part, bool isLast) => TypeOf(part) switch
    {
        "Split" => [Split(Pattern(part.Member("pattern")), Behavior(part), IsInverted(part))],
        "Digits" => [Split(Digits.Value, IsEachDigit(part) ? SplitBehavior.Isolated : SplitBehavior.Contiguous)],
        "Punctuation" => [Split(Punctuation.Value, Behavior(part))],
        "Whitespace" => [Split(WordsAndSymbols.Value, SplitBehavior.Removed, isInverted: true)],
        "WhitespaceSplit" => [Split(White.Value, SplitBehavior.Removed)],
        "ByteLevel" => ByteLevel(part, isLast),
        _ => throw part.Member("type").Refuse(Supported),
    };

    private static IEnumerable<Func<IWordStage>> ByteLevel(JsonPart part, bool isLast)
    {
        if (AddsSpace(part))
        {
            yield return () => new LeadingSpaceStage();
        }

        if (UsesExpression(part))
        {
            yield return Split(Gpt2.Value, SplitBehavior.Isolated);
        }

        if (!isLast)
        {
            yield return () => new SpellingStage();
        }
    }

    private static Func<IWordStage> Split(PatternProgram program, SplitBehavior behavior, bool isInverted = false) =>
        () => new SplitStage(program, behavior, isInverted);

    private static PatternProgram Pattern(JsonPart pattern)
    {
        var text = pattern.Member("String");
        if (!text.IsMissing)
        {
            return PatternCompiler.Compile(PatternParser.Literal(text.Text()));
        }

        var regex = pattern.Member("Regex");
        try
        {
            return PatternProgram.Compile(regex.Text());
        }
        catch (FormatException exception)
        {
            throw regex.Refuse($"a supported expression, but {exception.Message}");
        }
    }

    private static PatternProgram SetOf(CodePointSet set) => PatternCompiler.Compile(new PatternNode.Characters(set));

    private static bool AddsSpace(JsonPart byteLevel) => byteLevel.Member("add_prefix_space").Flag(absent: true);

    private static bool UsesExpression(JsonPart byteLevel) => byteLevel.Member("use_regex").Flag(absent: true);

    private static bool IsEachDigit(JsonPart digits) => digits.Member("individual_digits").Flag(absent: false);

    private static bool IsInverted(JsonPart split) => split.Member("invert").Flag(absent: false);

    private static SplitBehavior Behavior(JsonPart split)
    {
        var behavior = split.Member("behavior");
        return (behavior.IsMissing ? nameof(SplitBehavior.Isolated) : behavior.Text()) switch
        {
            nameof(SplitBehavior.Isolated) => SplitBehavior.Isolated,
            nameof(SplitBehavior.Removed) => SplitBehavior.Removed,
            nameof(SplitBehavior.MergedWithPrevious) => SplitBehavior.MergedWithPrevious,
            nameof(SplitBehavior.MergedWithNext) => SplitBehavior.MergedWithNext,
            nameof(SplitBehavior.Contiguous) => SplitBehavior.Contiguous,
            _ => throw behavior.Refuse("Isolated, Removed, MergedWithPrevious, MergedWithNext or Contiguous"),
        };
    }

    private static string TypeOf(JsonPart part) => part.Member("type").Text();
}
