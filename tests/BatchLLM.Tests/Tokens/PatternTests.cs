using System.Text;
using BatchLLM.Tokens;
using BatchLLM.Tokens.Words;
using Xunit;

namespace BatchLLM.Tests.Tokens;

/// <summary>Expressions over code points: what they match, that they stay linear, and what is refused.</summary>
public sealed class PatternTests
{
    private const int Seed = 417;

    [Fact]
    public void Expressions_cut_as_the_scanners_written_by_hand()
    {
        (string Pattern, WordScanner End)[] scanners =
        [
            (Llama3Words.Pattern, Llama3Words.End), (QwenWords.Pattern, QwenWords.End), (Gpt2Words.Pattern, Gpt2Words.End),
        ];
        foreach (var (pattern, end) in scanners)
        {
            var random = new RandomText(Seed);
            var cutter = Cutter(pattern);
            for (var i = 0; i < 3000; i++)
            {
                var utf8 = Encoding.UTF8.GetBytes(random.Next());
                Assert.True(
                    Ends(utf8, end).SequenceEqual(Cut(cutter, utf8)), $"{pattern} on {Encoding.UTF8.GetString(utf8)}, seed {Seed}, text {i}");
            }
        }
    }

    [Theory]
    [InlineData("a|ab", "ab", "a|b")]
    [InlineData("(?:a|ab)c", "abc", "abc")]
    [InlineData("a*ab", "aaab", "aaab")]
    [InlineData("a+?b?", "aab", "a|ab")]
    [InlineData("a++a", "aaa", "aaa")]
    [InlineData("a?+a", "aaa", "aa|a")]
    [InlineData("a{2}", "aaaaa", "aa|aa|a")]
    [InlineData("a{2,3}", "aaaaa", "aaa|aa")]
    [InlineData("a{,2}", "aaa", "aa|a")]
    [InlineData("(?=ab)a|b", "abaab", "a|b|a|a|b")]
    [InlineData("(?=(a{3})+(?!a))", "aaaaaaa", "a|aaa|aaa")]
    [InlineData("(?:a*)*b", "aab", "aab")]
    [InlineData("(?:)", "ab", "a|b")]
    [InlineData("[^a-c]+", "abxyzc", "ab|xyz|c")]
    [InlineData("[a-z&&[^b]]+", "xbz", "x|b|z")]
    [InlineData(@"\p{Lu}\P{Lu}*", "AbcDe", "Abc|De")]
    [InlineData("(?i:k)", "xKkKx", "x|K|k|K|x")]
    [InlineData("^.", "ab\ncd", "a|b\n|c|d")]
    [InlineData(@"\p{L}+", "𝔘𝔘1", "𝔘𝔘|1")]
    public void Words(string pattern, string text, string words)
    {
        var found = Cutter(pattern).Cut(Encoding.UTF8.GetBytes(text), out var ends);
        var bytes = found.ToArray();
        Assert.Equal(words.Split('|'), ends.ToArray().Zip(ends.ToArray().Prepend(0), (end, start) => Encoding.UTF8.GetString(bytes[start..end])));
    }

    [Theory]
    [InlineData("(a+)+b", "a")]
    [InlineData("(a|a)*b", "a")]
    [InlineData("(?:a*)*b", "a")]
    [InlineData("a*a*a*b", "a")]
    [InlineData("(?:a+?a+?)+b", "a")]
    [InlineData("a*b|a", "a")]
    [InlineData("(?=a*b)a", "a")]
    [InlineData("(?!(?:a|aa)+b)a", "a")]
    [InlineData("(?=(?:aa)*$)a", "a")]
    [InlineData("a++b|a", "a")]
    [InlineData("(?:ab)*c|a", "ab")]
    [InlineData(@"\s*[\r\n]+|\s+(?!\S)|\s+", " ")]
    [InlineData(@"\s*x", " ")]
    [InlineData(Llama3Words.Pattern, " ")]
    [InlineData(Llama3Words.Pattern, "a")]
    [InlineData(Llama3Words.Pattern, "😀")]
    [InlineData(Llama3Words.Pattern, "\n ")]
    [InlineData(@"\d{1,3}(?=(?:\d{3})*\b)", "1")]
    public void No_text_takes_more_steps_than_its_length_allows(string pattern, string repeated)
    {
        var (few, many) = (Steps(pattern, repeated, 1000), Steps(pattern, repeated, 16000));
        Assert.InRange(many, 1, (16 * few) + 1000);
        Assert.InRange(few, 1, 100_000);
    }

    [Theory]
    [InlineData("(?<=a)b", "character 4 ends a lookbehind")]
    [InlineData("(?<!a)b", "a lookbehind")]
    [InlineData("(?>a)b", "an atomic group")]
    [InlineData("(?x:a)", "a group (? of another kind")]
    [InlineData("(?i)a", "a group (? of another kind")]
    [InlineData(@"(a)\1", @"\1")]
    [InlineData(@"\X", @"\X")]
    [InlineData(@"\p{Klingon}", "the property Klingon")]
    [InlineData(@"\pL", @"\p without {")]
    [InlineData("[[:alpha:]]", "POSIX")]
    [InlineData("[]a]", "a class that begins with ]")]
    [InlineData("[a", "its end in the middle of a construct")]
    [InlineData("[z-a]", "a range whose end is below its start")]
    [InlineData("(a", "a group without )")]
    [InlineData("a)", "an unopened )")]
    [InlineData("*a", "a repetition of nothing")]
    [InlineData("^*", "a repeated anchor")]
    [InlineData("a**", "a repetition of a repetition")]
    [InlineData("a{2}?", "{n}?")]
    [InlineData("a{2,3}+", "{n,m}+")]
    [InlineData("a{3,2}", "n above m")]
    [InlineData("(?:ab)++", "a possessive repetition of more than one character")]
    [InlineData("(?i:é)", "a character outside ASCII where case is ignored")]
    [InlineData(@"\x{110000}", "110000 in place of a code point")]
    [InlineData("a{2000000000}", "more than 1000 instructions")]
    [InlineData("a{0,99999999999}", "more than 1000 instructions")]
    [InlineData("((a{100}){100}){100}", "more than 1000 instructions")]
    public void What_is_not_supported_is_refused_by_name(string pattern, string message)
    {
        var exception = Assert.Throws<FormatException>(() => PatternProgram.Compile(pattern));
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Deep_nesting_is_refused_before_it_exhausts_the_stack()
    {
        Assert.Throws<FormatException>(() => PatternProgram.Compile(new string('(', 100_000)));
        Assert.Throws<FormatException>(() => PatternProgram.Compile(new string('[', 100_000)));
    }

    [Fact]
    public void Repeating_nothing_often_takes_no_time() =>
        Assert.Single(PatternProgram.Compile("(?:(?:(?:){2000000000}){2000000000}){2000000000}").Instructions);

    [Fact]
    public void A_cutter_that_is_warm_allocates_nothing()
    {
        var utf8 = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("Hello, 世界! it's 2024\n", 100)));
        var cutter = Cutter(Llama3Words.Pattern);
        for (var i = 0; i < 3; i++)
        {
            cutter.Cut(utf8, out _);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        cutter.Cut(utf8, out _);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200);
    }

    private static WordCutter Cutter(string pattern) =>
        new([new SplitStage(PatternProgram.Compile(pattern), SplitBehavior.Isolated, isInverted: false)]);

    private static int[] Cut(WordCutter cutter, byte[] utf8)
    {
        Assert.Equal(utf8, cutter.Cut(utf8, out var ends).ToArray());
        return ends.ToArray();
    }

    private static List<int> Ends(byte[] utf8, WordScanner wordEnd)
    {
        var ends = new List<int>();
        for (var start = 0; start < utf8.Length; start = ends[^1])
        {
            ends.Add(wordEnd(utf8, start));
        }

        return ends;
    }

    private static long Steps(string pattern, string repeated, int count)
    {
        var text = new PiecedText();
        text.Load(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(repeated, count)) + "!"));
        var split = new SplitStage(PatternProgram.Compile(pattern), SplitBehavior.Isolated, isInverted: false);
        split.Apply(text);
        return split.Steps;
    }
}
