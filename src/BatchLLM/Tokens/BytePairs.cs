namespace BatchLLM.Tokens;

/// <summary>What byte-pair encoding needs to know: the token of each byte, and the merges.</summary>
internal sealed class BytePairs
{
    private const int NoMerge = int.MaxValue;

    private readonly (int Rank, int Merged)[] _pairs = new (int, int)[256 * 256]; // [first byte, second byte]

    /// <summary>Joins them.</summary>
    /// <param name="byteTokens">[256] byte to token id.</param>
    /// <param name="merges">The merges by pair.</param>
    public BytePairs(int[] byteTokens, MergeTable merges)
    {
        (ByteTokens, Merges) = (byteTokens, merges);
        for (var pair = 0; pair < _pairs.Length; pair++)
        {
            var found = merges.TryFind(byteTokens[pair >> 8], byteTokens[pair & 255], out var rank, out var merged);
            _pairs[pair] = found ? (rank, merged) : (NoMerge, 0);
        }
    }

    /// <summary>[256] byte to token id.</summary>
    public int[] ByteTokens { get; }

    /// <summary>The merges by pair.</summary>
    public MergeTable Merges { get; }

    /// <summary>The merge of two bytes' tokens, with which every word begins; the greatest rank if there is none.</summary>
    public (int Rank, int Merged) OfBytes(byte first, byte second) => _pairs[(first << 8) | second];
}
