namespace BatchLLM.Preflight;

/// <summary>
/// Random bits that a seed decides, the same on every machine: SplitMix64 (Steele, Lea and Flood 2014). The runtime's
/// generator may change between versions.
/// </summary>
/// <param name="seed">The seed.</param>
public sealed class SeededBits(ulong seed)
{
    private ulong _state = seed;

    /// <summary>An integer from 0 up to, but not including, a bound of at least 1.</summary>
    public long Below(long bound) => (long)Math.BigMul(Next(), (ulong)bound, out _);

    private ulong Next()
    {
        _state += 0x9e3779b97f4a7c15;
        var bits = (_state ^ (_state >> 30)) * 0xbf58476d1ce4e5b9;
        bits = (bits ^ (bits >> 27)) * 0x94d049bb133111eb;
        return bits ^ (bits >> 31);
    }
}
