using System.Numerics;

namespace BatchLLM.Tokens;

/// <summary>Which two neighbouring tokens become which one, and in what order of preference.</summary>
/// <remarks>
/// Most pairs asked for have no merge. So the hash table holds four bytes a slot, of which eight bits tell nearly all other
/// pairs apart, and stays in the cache; the merges themselves lie beside it.
/// </remarks>
internal sealed class MergeTable
{
    private const int IndexBits = 24;
    private const uint IndexMask = (1u << IndexBits) - 1;

    private readonly uint[] _slots; // [power of two, at least 1.5 times the merges] 8 bits of the hash, then index + 1, or 0
    private readonly Merge[] _merges; // [_count used]
    private int _count;

    /// <summary>Makes an empty table.</summary>
    /// <param name="count">The most merges that will be added; below 2²⁴, as many as there can be tokens.</param>
    public MergeTable(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(count, 1 << IndexBits);
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
        var hash = Hash(left, right);
        var slot = FindSlot(hash, left, right);
        _merges[_count++] = new Merge(left, right, rank, merged);
        _slots[slot] = Tag(hash) | (uint)_count;
    }

    /// <summary>The rank of the merge of two neighbours and its result, or false.</summary>
    public bool TryFind(int left, int right, out int rank, out int merged)
    {
        var found = _slots[FindSlot(Hash(left, right), left, right)];
        if (found == 0)
        {
            (rank, merged) = (0, 0);
            return false;
        }

        (_, _, rank, merged) = _merges[(int)(found & IndexMask) - 1];
        return true;
    }

    private int FindSlot(ulong hash, int left, int right)
    {
        var slots = _slots;
        var mask = slots.Length - 1;
        var tag = Tag(hash);
        var at = (int)(hash >> 20) & mask;
        while (slots[at] is var slot && slot != 0 && !((slot & ~IndexMask) == tag && IsOf(slot, left, right)))
        {
            at = (at + 1) & mask;
        }

        return at;
    }

    private bool IsOf(uint slot, int left, int right)
    {
        ref readonly var merge = ref _merges[(int)(slot & IndexMask) - 1];
        return merge.Left == left && merge.Right == right;
    }

    private static uint Tag(ulong hash) => (uint)(hash >> 32) & ~IndexMask;

    private static ulong Hash(int left, int right)
    {
        var mixed = (((ulong)(uint)left << 32) | (uint)right) * 0x9E3779B97F4A7C15;
        return (mixed ^ (mixed >> 32)) * 0xBF58476D1CE4E5B9;
    }

    private readonly record struct Merge(int Left, int Right, int Rank, int Merged);
}
