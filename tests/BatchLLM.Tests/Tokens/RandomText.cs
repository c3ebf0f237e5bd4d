using System.Text;

namespace BatchLLM.Tests.Tokens;

/// <summary>Seeded texts: any code points, mixed with what pre-tokenizers and merges trip over.</summary>
internal sealed class RandomText(int seed)
{
    private static readonly string[] Pieces =
    [
        " ", "  ", "\n", "\r", "\r\n", "\t", "\u0085", "\u3000", "'", "'s", "'LL", "'ſ", "'re", "the", " and", "1", "22",
        "333", "!", "...", "_", "é", "e\u0301", "你", "😀", "𝔘", "𝟙", "aaaa", "----", "<|eot_id|>", "<tool>",
    ];

    private readonly Random _random = new(seed);

    public string Next() => string.Concat(Enumerable.Range(0, _random.Next(40)).Select(_ => Piece()));

    private string Piece() => _random.Next(4) switch
    {
        0 => AnyRune().ToString(),
        1 => new string((char)_random.Next('a', 'e'), _random.Next(60)),
        _ => Pieces[_random.Next(Pieces.Length)],
    };

    private Rune AnyRune()
    {
        var value = _random.Next(2) == 0 ? _random.Next(0x3000) : _random.Next(0x110000);
        return Rune.IsValid(value) ? new Rune(value) : new Rune('?');
    }
}
