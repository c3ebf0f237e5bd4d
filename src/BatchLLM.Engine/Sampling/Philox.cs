namespace BatchLLM.Engine.Sampling;

/// <summary>
/// Philox4x32-10 (Salmon et al. 2011, "Parallel Random Numbers: As Easy as 1, 2, 3"): random words as a pure function of
/// key and counter, so that a draw needs no state and no order.
/// </summary>
internal static class Philox
{
    private const uint Multiplier0 = 0xD2511F53;
    private const uint Multiplier1 = 0xCD9E8D57;
    private const uint Weyl0 = 0x9E3779B9;
    private const uint Weyl1 = 0xBB67AE85;
    private const int Rounds = 10;

    /// <summary>The four words of a counter under a key.</summary>
    public static (uint X0, uint X1, uint X2, uint X3) Words(
        (uint X0, uint X1, uint X2, uint X3) counter, (uint K0, uint K1) key)
    {
        for (var round = 0; round < Rounds; round++)
        {
            var product0 = (ulong)Multiplier0 * counter.X0;
            var product1 = (ulong)Multiplier1 * counter.X2;
            counter = (
                (uint)(product1 >> 32) ^ counter.X1 ^ key.K0,
                (uint)product1,
                (uint)(product0 >> 32) ^ counter.X3 ^ key.K1,
                (uint)product0);
            key = (key.K0 + Weyl0, key.K1 + Weyl1);
        }

        return counter;
    }

    /// <summary>A number in [0, 1) with 53 random bits, for one position of one row under one seed.</summary>
    public static double Uniform(ulong seed, ulong rowKey, ulong position)
    {
        var (x0, x1, _, _) = Words(
            ((uint)rowKey, (uint)(rowKey >> 32), (uint)position, (uint)(position >> 32)),
            ((uint)seed, (uint)(seed >> 32)));
        return (((ulong)x1 << 32 | x0) >> 11) * (1.0 / (1UL << 53));
    }
}
