using System.Runtime.InteropServices;

namespace BatchLLM.Planning;

/// <summary>Keeps the KV blocks of shared prefixes for the sequences to come.</summary>
/// <param name="pool">Where the blocks are from.</param>
/// <param name="blockTokens">Positions per block.</param>
internal sealed class PrefixPins(KvBlockPool pool, int blockTokens)
{
    private readonly List<SharedPrefix> _pinned = []; // in the order of pinning; few at a time

    /// <summary>Blocks that are pinned.</summary>
    public int BlockCount { get; private set; }

    /// <summary>How often a prefix was let go before its last sequence had ended.</summary>
    public long LetGoCount { get; private set; }

    /// <summary>
    /// False while another sequence computes the prefix: it is cheaper to wait for that, and the step is full, or no block
    /// free, as long as it lasts.
    /// </summary>
    public static bool MayStart(Sequence sequence) => sequence.SharedPrefix?.Leader is null;

    /// <summary>Positions that a sequence need not compute if it starts now.</summary>
    public static int SharedLength(Sequence sequence) =>
        sequence.SharedPrefix is { IsPinned: true } prefix ? prefix.Length : 0;

    /// <summary>Starts a sequence at the end of its pinned prefix, or makes it the one that computes it.</summary>
    public void Join(Sequence sequence)
    {
        if (sequence.SharedPrefix is not { } prefix)
        {
            return;
        }

        prefix.LiveCount++;
        prefix.Leader = prefix.IsPinned ? null : sequence;
        Take(CollectionsMarshal.AsSpan(prefix.BlockTable), sequence.BlockTable);
        sequence.StartAt(SharedLength(sequence));
    }

    /// <summary>Pins the prefix of a sequence once a step computes its last position.</summary>
    /// <param name="sequence">Has a slice in the step.</param>
    public void PinIfComputed(Sequence sequence)
    {
        if (sequence.SharedPrefix is { } prefix && prefix.Leader == sequence && sequence.ComputedCount >= prefix.Length)
        {
            prefix.Leader = null;
            Take(CollectionsMarshal.AsSpan(sequence.BlockTable)[..(prefix.Length / blockTokens)], prefix.BlockTable);
            _pinned.Add(prefix);
            BlockCount += prefix.BlockTable.Count;
        }
    }

    /// <summary>Takes note that a sequence is live no more.</summary>
    /// <param name="sequence">Its own block table is empty by now.</param>
    /// <param name="hasEnded">False if it was preempted and will come again.</param>
    public void Leave(Sequence sequence, bool hasEnded)
    {
        if (sequence.SharedPrefix is not { } prefix)
        {
            return;
        }

        prefix.LiveCount--;
        prefix.EndedCount += hasEnded ? 1 : 0;
        prefix.Leader = prefix.Leader == sequence ? null : prefix.Leader;
        if (prefix.EndedCount == prefix.MemberCount)
        {
            Unpin(prefix);
        }
    }

    /// <summary>Frees the blocks of a prefix that no live sequence reads, the last pinned first; false if there is none.</summary>
    /// <param name="except">Is kept; null keeps none.</param>
    public bool TryLetGo(SharedPrefix? except)
    {
        for (var index = _pinned.Count - 1; index >= 0; index--)
        {
            if (_pinned[index].LiveCount == 0 && _pinned[index] != except)
            {
                Unpin(_pinned[index]);
                LetGoCount++;
                return true;
            }
        }

        return false;
    }

    private void Unpin(SharedPrefix prefix)
    {
        _pinned.Remove(prefix);
        BlockCount -= prefix.BlockTable.Count;
        foreach (var block in prefix.BlockTable)
        {
            pool.Release(block);
        }

        prefix.BlockTable.Clear();
    }

    private void Take(ReadOnlySpan<int> blocks, List<int> table)
    {
        table.AddRange(blocks);
        foreach (var block in blocks)
        {
            pool.Share(block);
        }
    }
}
