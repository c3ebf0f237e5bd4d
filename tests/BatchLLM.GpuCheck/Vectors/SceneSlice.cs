namespace BatchLLM.GpuCheck.Vectors;

/// <summary>A slice of a sequence in an <see cref="AttentionScene"/>.</summary>
/// <param name="Id">Of the sequence: decides its keys, values and queries, whatever scene it is in.</param>
/// <param name="Start">First position.</param>
/// <param name="Count">Positions.</param>
/// <param name="PrefixTokens">Positions whose keys and values all sequences have that have such; whole blocks.</param>
internal sealed record SceneSlice(int Id, int Start, int Count = 1, int PrefixTokens = 0)
{
    public int End => Start + Count;
}
