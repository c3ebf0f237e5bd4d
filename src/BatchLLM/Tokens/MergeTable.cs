using System.Numerics;

namespace BatchLLM.Tokens;

/// <summary>Which two neighbouring tokens become which one, and in what order of preference.</summary>
/// <remarks>
/// Most pairs asked for have no merge. So the hash table holds four bytes a slot, of which eight bits tell nearly all other
/// pairs apart, and stays in the cache; the merges themselves lie beside it by rank.
/// </remarks>
internal sealed class MergeTable
{
    private const int RankBits = 24;
    private const uint RankMask = (1u << RankBits) - 1;

    private readonly uint[] _slots; // [power of two, at least 1.5 times the merges] 8 bits of the hash, then rank + 1, or 0
    private readonly Merge[] _merges; // [ranks]

    /// <summary>Makes an empty table.</summary>
    /// <param name="count">The most merges that will be added; below 2²⁴, as many as there can be tokens.</param>
    public MergeTable(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(count, 1 << RankBits);
        _slots = new uint[BitOperations.RoundUpToPowerOf2((uint)(count + (count / 2)) + 2)];
        _merges = new Merge[count];
    }

    /// <summary>Adds a merge. The last of several for one pair counts, as in the reference implementation.</summary>
    /// <param name="left">The first token.</param>
    /// <param name="right">The token after it.</param>
    /// <param name="rank">Position in the merge list; the lowest is applied first.</param>
    /// <param name="merged">The token that replaces both.</param>
    public void Add(int left, int right, int rank, int merged)
    {
        _merges[rank] = new Merge(left, right, merged);
        var hash = Hash(left, right);
        _slots[FindSlot(hash, left, right)] = Tag(hash) | (uint)(rank + 1);
    }

    /// <summary>The rank of the merge of two neighbours and its result, or false.</summary>
    public bool TryFind(int left, int right, out int rank, out int merged)
    {
        var found = _slots[FindSlot(Hash(left, right), left, right)];
        rank = (int)(found & RankMask) - 1;
        merged = found == 0 ? 0 : _merges[rank].Merged;
        return found != 0;
    }

    private int FindSlot(ulong hash, int left, int right)
    {
        var slots = _slots;
        var mask = slots.Length - 1;
        var tag = Tag(hash);
        var at = (int)(hash >> 20) & mask;
        while (slots[at] is var slot && slot != 0 && !((slot & ~RankMask) == tag && IsOf(slot, left, right)))
        {
            at = (at + 1) & mask;
        }

        return at;
    }

    private bool IsOf(uint slot, int left, int right)
    {
        ref readonly var merge = ref _merges[(int)(slot & RankMask) - 1];
        return merge.Left == left && merge.Right == right;
    }

    private static uint Tag(ulong hash) => (uint)(hash >> 32) & ~RankMask;

    private static ulong Hash(int left, int right)
    {
        var mixed = (((ulong)(uint)left << 32) | (uint)right) * 0x9E3779B97F4A7C15;
        return (mixed ^ (mixed >> 32)) * 0xBF58476D1CE4E5B9;
    }

    private readonly record struct Merge(int Left, int Right, int Merged);
}
