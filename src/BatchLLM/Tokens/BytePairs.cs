namespace BatchLLM.Tokens;

/// <summary>What byte-pair encoding needs to know: the token of each byte, and the merges.</summary>
/// <param name="ByteTokens">[256] byte to token id.</param>
/// <param name="Merges">The merges by pair.</param>
internal sealed record BytePairs(int[] ByteTokens, MergeTable Merges);
