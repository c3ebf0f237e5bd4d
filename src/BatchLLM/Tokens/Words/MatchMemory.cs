namespace BatchLLM.Tokens.Words;

/// <summary>What is known of the instructions of a program at each place of one text: bits, all of them off at first.</summary>
internal sealed class MatchMemory(int bitsPerPlace)
{
    private readonly int _wordsPerPlace = (bitsPerPlace + 63) / 64;
    private ulong[] _bits = []; // [places, words per place]

    /// <summary>Forgets everything, for a text of so many characters.</summary>
    public void Clear(int length)
    {
        var words = checked((length + 1) * _wordsPerPlace);
        if (_bits.Length < words)
        {
            _bits = new ulong[Math.Max(words, 2 * _bits.Length)];
        }
        else
        {
            Array.Clear(_bits, 0, words);
        }
    }

    /// <summary>Turns the bits of a place off.</summary>
    public void Forget(int at) => Array.Clear(_bits, at * _wordsPerPlace, _wordsPerPlace);

    /// <summary>True if a bit is on at a place.</summary>
    public bool IsSet(int bit, int at) => (_bits[(at * _wordsPerPlace) + (bit >> 6)] >> bit & 1) != 0;

    /// <summary>Turns a bit on at a place.</summary>
    /// <returns>False if it was on.</returns>
    public bool TrySet(int bit, int at)
    {
        ref var word = ref _bits[(at * _wordsPerPlace) + (bit >> 6)];
        var before = word;
        word |= 1UL << bit;
        return word != before;
    }
}
