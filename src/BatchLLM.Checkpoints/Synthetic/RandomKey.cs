namespace BatchLLM.Checkpoints.Synthetic;

/// <summary>Random bits as a function of a key and a counter, the same on every machine.</summary>
internal static class RandomKey
{
    /// <summary>The key of one tensor of one model.</summary>
    public static ulong Of(ulong seed, string name)
    {
        var key = seed;
        foreach (var letter in name)
        {
            key = Hash(key, letter);
        }

        return key;
    }

    /// <summary>64 random bits: SplitMix64 (Steele, Lea and Flood 2014, OOPSLA) at a position of the key's sequence.</summary>
    public static ulong Hash(ulong key, ulong position)
    {
        var bits = key + ((position + 1) * 0x9E3779B97F4A7C15);
        bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
        return bits ^ (bits >> 31);
    }
}
