using System.Text;
using System.Text.Json;

namespace BatchLLM.Tests.Tokens;

/// <summary>
/// Byte-pair encoding as the paper describes it, O(n²) and over strings: what the fast one is held to.
/// </summary>
internal sealed class PlainBpe
{
    private readonly Dictionary<string, int> _vocabulary = [];
    private readonly Dictionary<(string, string), int> _ranks = [];
    private readonly bool _ignoresMerges;

    public PlainBpe(string name)
    {
        using var document = JsonDocument.Parse(TokenFiles.Read($"{name}.tokenizer.json"));
        var model = document.RootElement.GetProperty("model");
        _ignoresMerges = model.TryGetProperty("ignore_merges", out var flag) && flag.GetBoolean();
        foreach (var entry in model.GetProperty("vocab").EnumerateObject())
        {
            _vocabulary[entry.Name] = entry.Value.GetInt32();
        }

        foreach (var merge in model.GetProperty("merges").EnumerateArray())
        {
            var parts = merge.ValueKind == JsonValueKind.String
                ? merge.GetString()!.Split(' ')
                : merge.EnumerateArray().Select(part => part.GetString()!).ToArray();
            _ranks[(parts[0], parts[1])] = _ranks.Count;
        }
    }

    /// <summary>The ids of a text without added tokens.</summary>
    public int[] Encode(string text) => [.. PlainWords.Split(text, _ignoresMerges).SelectMany(EncodeWord)];

    private IEnumerable<int> EncodeWord(string word)
    {
        var symbols = Encoding.UTF8.GetBytes(word).Select(Spell).ToList();
        if (_ignoresMerges && _vocabulary.TryGetValue(string.Concat(symbols), out var whole))
        {
            return [whole];
        }

        while (symbols.Count > 1)
        {
            var best = Enumerable.Range(0, symbols.Count - 1).MinBy(i => Rank(symbols[i], symbols[i + 1]));
            if (Rank(symbols[best], symbols[best + 1]) == int.MaxValue)
            {
                break;
            }

            symbols[best] += symbols[best + 1];
            symbols.RemoveAt(best + 1);
        }

        return symbols.Select(symbol => _vocabulary[symbol]);
    }

    private int Rank(string left, string right) => _ranks.GetValueOrDefault((left, right), int.MaxValue);

    private static string Spell(byte value)
    {
        static bool IsPrintable(int b) => b is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
        var code = IsPrintable(value) ? value : 256 + Enumerable.Range(0, value).Count(b => !IsPrintable(b));
        return ((char)code).ToString();
    }
}
