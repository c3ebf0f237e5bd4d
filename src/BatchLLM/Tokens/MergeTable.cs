using System.Numerics;

namespace BatchLLM.Tokens;

/// <summary>Which two neighbouring tokens become which one, and in what order of preference.</summary>
internal sealed class MergeTable
{
    private readonly Slot[] _slots; // [power of two, at least twice the merges]

    /// <summary>Makes an empty table.</summary>
    /// <param name="count">The most merges that will be added.</param>
    public MergeTable(int count) => _slots = new Slot[BitOperations.RoundUpToPowerOf2((uint)(2 * count) + 2)];

    /// <summary>Adds a merge. The last of several for one pair counts, as in the reference implementation.</summary>
    /// <param name="left">The first token.</param>
    /// <param name="right">The token after it.</param>
    /// <param name="rank">Position in the merge list; the lowest is applied first.</param>
    /// <param name="merged">The token that replaces both.</param>
    public void Add(int left, int right, int rank, int merged)
    {
        var pair = Pair(left, right);
        _slots[FindSlot(pair)] = new Slot(pair, rank + 1, merged);
    }

    /// <summary>The rank of the merge of two neighbours and its result, or false.</summary>
    public bool TryFind(int left, int right, out int rank, out int merged)
    {
        ref readonly var slot = ref _slots[FindSlot(Pair(left, right))];
        (rank, merged) = (slot.RankPlusOne - 1, slot.Merged);
        return rank >= 0;
    }

    private int FindSlot(ulong pair)
    {
        var mask = _slots.Length - 1;
        var slot = (int)((pair * 0x9E3779B97F4A7C15) >> 32) & mask;
        while (_slots[slot].RankPlusOne != 0 && _slots[slot].Pair != pair)
        {
            slot = (slot + 1) & mask;
        }

        return slot;
    }

    private static ulong Pair(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;

    private readonly record struct Slot(ulong Pair, int RankPlusOne, int Merged);
}
