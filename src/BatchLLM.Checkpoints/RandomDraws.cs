namespace BatchLLM.Checkpoints;

/// <summary>
/// How made-up elements are drawn, so that a device can draw them itself. Element i is entry d of the table, d being 16 bits of
/// SplitMix64 at position i / 4 of the key's sequence: the lowest for i mod 4 = 0, the highest for 3.
/// </summary>
/// <param name="Key">Tells one tensor from another.</param>
/// <param name="Table">What is drawn from, little-endian. // [65536] of <paramref name="ElementBytes"/></param>
/// <param name="ElementBytes">1, 2 or 4.</param>
public sealed record RandomDraws(ulong Key, ReadOnlyMemory<byte> Table, int ElementBytes);
