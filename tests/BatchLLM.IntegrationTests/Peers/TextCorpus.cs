using System.Globalization;
using System.Text;

namespace BatchLLM.IntegrationTests.Peers;

/// <summary>Seeded texts on which tokenizers go wrong, of every kind that data holds; the same on every machine.</summary>
internal sealed class TextCorpus(int seed)
{
    private static readonly string[] Code =
    [
        "def f(x):\n    return x\n", "for (var i = 0; i < n; ++i) {\n\tx[i] += 1;\n}\n", "SELECT a, b FROM t WHERE x = 'y';\n",
        "#include <stdio.h>\r\n", "<div class=\"x\">&amp;</div>", "{\"k\": [1, 2.5e-3, null]}\n", "x = y ?? z!;  // why\n",
        "https://example.org/a?b=c#d", "C:\\temp\\new", "\t\t}\n\t}\n}\n", "0xDEADBEEF", "snake_case", "CamelCase", "=>", "!==", "/* */",
    ];

    private static readonly string[] Emoji =
    [
        "😀", "👍🏽", "👨‍👩‍👧‍👦", "🏳️‍🌈", "🇩🇪", "🇫🇷🇺🇸", "#️⃣", "❤️", "☎", "🧑🏿‍🚀", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "\u200d", "\ufe0f", "🤦🏼‍♂️", "🫠", "🦙",
    ];

    private static readonly string[] SpecialLookalikes =
    [
        "<|begin_of_text|>", "<|eot_id|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id", "<|EOT_ID|>", "< |eot_id|>", "<s>",
        "</s>", "<unk>", "<s", "[INST]", "[/INST]", "<<SYS>>", "<|im_start|>", "<|im_end|>", "<|endoftext|>", "<start_of_turn>",
        "<end_of_turn>", "<bos>", "<pad>", "<0x41>", "<0xE2>", "▁", "▁▁", "<tool_call>", "<|reserved_special_token_7|>", "<｜begin▁of▁sentence｜>",
    ];

    private static readonly string[] Words =
    [
        "the", " of", " and", "It's", " I'LL", " don't", "they've", " 2024", " 3.14159", "1,000,000", ", ", ". ", "? ", " — ", "“quoted”", "naïve",
        " Straße", " résumé", "\n", "\n\n", "\r\n", "  ", "\t", " internationalization", " a", "I", " antidisestablishmentarianism", "'s", "'S", "'ll",
        " 12", "345678", "...", "!!!", " (see", ")", " e.g.", " U.S.", "&", " @user", " #tag", " 50%", " $5.00", " €3",
    ];

    private static readonly string[] White =
        [" ", "  ", "\t", "\n", "\r", "\r\n", "\v", "\f", "\u0085", "\u00a0", "\u2003", "\u2028", "\u2029", "\u3000", "\u1680", "\u200b", "\ufeff", "\u180e"];

    private static readonly (int First, int Last)[] Scripts =
    [
        (0x0590, 0x05FF), (0x0600, 0x06FF), (0x0700, 0x074F), // right-to-left
        (0x4E00, 0x9FFF), (0x3040, 0x30FF), (0xAC00, 0xD7A3), (0x20000, 0x2A6DF), // CJK
        (0x0300, 0x036F), (0x1AB0, 0x1ABE), (0x20D0, 0x20F0), // combining marks
        (0x0900, 0x097F), (0x0E00, 0x0E7F), (0x1000, 0x109F), (0x1E00, 0x1EFF), (0x0370, 0x03FF), (0x0400, 0x04FF), (0x10A0, 0x10FF),
        (0x1D400, 0x1D7FF), (0x2000, 0x206F), (0x2190, 0x22FF), (0xFF00, 0xFFEF), (0x10000, 0x100FF), (0x1F300, 0x1F9FF),
    ];

    private static readonly IReadOnlyList<IReadOnlyList<Rune>> Categories = RunesByCategory();

    private readonly Random _random = new(seed);

    /// <summary>All texts.</summary>
    /// <param name="perKind">How many of each of the ten kinds.</param>
    public IReadOnlyList<string> Make(int perKind)
    {
        Func<string>[] kinds =
        [
            () => Mix(30, AnyCategory), () => Mix(12, () => Pick(Emoji)), () => Mix(20, AnyScript), () => Mix(12, () => Pick(Code)), Run,
            () => Mix(40, () => Pick(Words)), () => Mix(12, () => Pick(SpecialLookalikes)), () => Mix(16, () => Pick(White)), Surrogates, Anything,
        ];
        return [.. kinds.SelectMany(kind => Enumerable.Range(0, perKind).Select(_ => kind()))];
    }

    private string Anything() => Mix(25, () => _random.Next(7) switch
    {
        0 => AnyCategory(),
        1 => Pick(Emoji),
        2 => AnyScript(),
        3 => Pick(White),
        4 => Pick(SpecialLookalikes),
        _ => Pick(Words),
    });

    /// <summary>Many of one character, alone or between words.</summary>
    private string Run()
    {
        var one = _random.Next(3) == 0 ? AnyCategory() : Pick([" ", "a", "A", "\n", "\t", "-", "=", "0", "1", "é", "你", "😀", ".", "ab", "\r\n", "'s", "▁", "_"]);
        var run = string.Concat(Enumerable.Repeat(one, 1 + _random.Next(_random.Next(10) == 0 ? 3000 : 80)));
        return _random.Next(2) == 0 ? run : Pick(Words) + run + Pick(Words);
    }

    /// <summary>UTF-16 that is no valid Unicode: halves of pairs, alone, swapped and next to whole ones.</summary>
    private string Surrogates() => Mix(10, () => _random.Next(4) switch
    {
        0 => ((char)_random.Next(0xD800, 0xDC00)).ToString(),
        1 => ((char)_random.Next(0xDC00, 0xE000)).ToString(),
        2 => Pick(Emoji),
        _ => Pick(Words),
    });

    private string AnyCategory() => _random.Next(3) == 0 ? Pick(Words) : Pick(Pick(Categories)).ToString();

    private string AnyScript()
    {
        if (_random.Next(5) == 0)
        {
            return Pick(White);
        }

        var (first, last) = Pick(Scripts);
        return string.Concat(Enumerable.Range(0, 1 + _random.Next(6)).Select(_ => new Rune(_random.Next(first, last + 1)).ToString()));
    }

    private string Mix(int most, Func<string> piece) =>
        string.Concat(Enumerable.Range(0, 1 + _random.Next(most)).Select(_ => piece()));

    private T Pick<T>(IReadOnlyList<T> items) => items[_random.Next(items.Count)];

    private static List<IReadOnlyList<Rune>> RunesByCategory() =>
    [
        .. Enumerable.Range(0, 0x110000).Where(Rune.IsValid).Select(value => new Rune(value))
            .Where(rune => Rune.GetUnicodeCategory(rune) != UnicodeCategory.OtherNotAssigned)
            .GroupBy(Rune.GetUnicodeCategory).Select(group => group.ToList()),
    ];
}
