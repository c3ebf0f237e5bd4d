namespace BatchLLM.GpuCheck.Parts;

/// <summary>A slice of a sequence with random keys, values and queries, which its number decides.</summary>
/// <param name="Id">Number of the sequence, from 0.</param>
/// <param name="Start">First position.</param>
/// <param name="Count">Positions.</param>
/// <param name="SharedBlocks">KV blocks that it begins with and that all have that share such.</param>
internal sealed record AttentionSlice(int Id, int Start, int Count, int SharedBlocks = 0)
{
    public int End => Start + Count;
}
