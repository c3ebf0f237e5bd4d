using System.Numerics;

namespace BatchLLM.Tokens;

/// <summary>
/// Which two characters stand side by side in some token that merging can make. Between any others text can be cut:
/// no merge ever crosses there.
/// </summary>
/// <remarks>
/// Exact for ASCII; other pairs share hashed bits. A pair that is taken for another only leaves text uncut. An exact
/// set was rejected: 300,000 pairs of a large vocabulary do not stay in a core's cache.
/// </remarks>
internal sealed class CharacterPairs
{
    private const int AsciiPairs = 128 * 128;

    private readonly ulong[] _ascii = new ulong[AsciiPairs / 64];
    private readonly ulong[] _others; // [power of two]
    private readonly int _shift;

    /// <summary>Collects the pairs inside pieces.</summary>
    public CharacterPairs(IReadOnlyCollection<string> pieces)
    {
        var words = BitOperations.RoundUpToPowerOf2((uint)Math.Max(pieces.Count / 4, 16));
        _others = new ulong[words];
        _shift = 64 - BitOperations.Log2(words) - 6;
        foreach (var piece in pieces)
        {
            var previous = -1;
            foreach (var rune in piece.EnumerateRunes())
            {
                if (previous >= 0)
                {
                    Add(previous, rune.Value);
                }

                previous = rune.Value;
            }
        }
    }

    /// <summary>False if no piece holds the two characters side by side.</summary>
    public bool MayHold(int first, int second)
    {
        if ((first | second) < 128)
        {
            var pair = (first << 7) | second;
            return (_ascii[pair >> 6] >> pair & 1) != 0;
        }

        var bit = Hash(first, second);
        return (_others[bit >> 6] >> (int)bit & 1) != 0;
    }

    private void Add(int first, int second)
    {
        if ((first | second) < 128)
        {
            var pair = (first << 7) | second;
            _ascii[pair >> 6] |= 1UL << pair;
            return;
        }

        var bit = Hash(first, second);
        _others[bit >> 6] |= 1UL << (int)bit;
    }

    private ulong Hash(int first, int second) => ((((ulong)first << 21) | (uint)second) * 0x9E3779B97F4A7C15) >> _shift;
}
