using System.Globalization;

namespace BatchLLM.Planning;

/// <summary>
/// Which blocks of the paged KV cache are free, and how many hold each of the others (Kwon et al. 2023, arXiv 2309.06180).
/// Knows ids only; the memory is the runner's. Not thread-safe.
/// </summary>
public sealed class KvBlockPool
{
    // A stack: the block freed last is the one most likely still in a cache.
    private readonly int[] _free; // [FreeCount used of BlockCount]
    private readonly int[] _holders; // [BlockCount]

    /// <summary>Creates a pool of which every block is free.</summary>
    /// <param name="blockCount">Blocks in all, at least 1; ids are 0 to one below it.</param>
    public KvBlockPool(int blockCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(blockCount, 1);
        _free = new int[blockCount];
        _holders = new int[blockCount];
        for (var block = 0; block < blockCount; block++)
        {
            _free[block] = blockCount - 1 - block;
        }

        FreeCount = blockCount;
    }

    /// <summary>Blocks in all.</summary>
    public int BlockCount => _free.Length;

    /// <summary>Blocks that nobody holds.</summary>
    public int FreeCount { get; private set; }

    /// <summary>Takes a free block for one holder; its content is whatever the last one left.</summary>
    /// <exception cref="InvalidOperationException">No block is free; ask <see cref="FreeCount"/> first.</exception>
    public int Allocate()
    {
        if (FreeCount == 0)
        {
            throw new InvalidOperationException("No KV block is free.");
        }

        var block = _free[--FreeCount];
        _holders[block] = 1;
        return block;
    }

    /// <summary>Adds a holder to a block that somebody holds.</summary>
    /// <exception cref="InvalidOperationException">The block is free: its content is nobody's.</exception>
    public void Share(int block)
    {
        ThrowIfFree(block, "shared");
        _holders[block]++;
    }

    /// <summary>Takes a holder off; the block is free when its last one lets go.</summary>
    /// <exception cref="InvalidOperationException">Nobody holds the block: it was released twice.</exception>
    public void Release(int block)
    {
        ThrowIfFree(block, "released");
        if (--_holders[block] == 0)
        {
            _free[FreeCount++] = block;
        }
    }

    /// <summary>Checks that no block was lost or counted twice: free and held are all, and the holders are all known.</summary>
    /// <param name="references">Entries in the block tables of all holders, counted by their owner.</param>
    /// <exception cref="InvalidOperationException">They do not add up; the message gives the numbers.</exception>
    public void CheckIntegrity(long references)
    {
        var (held, holders) = (0, 0L);
        foreach (var count in _holders)
        {
            (held, holders) = (held + (count > 0 ? 1 : 0), holders + count);
        }

        if (FreeCount + held != BlockCount || holders != references)
        {
            throw new InvalidOperationException(Sentence(
                $"KV blocks do not add up: {FreeCount} free and {held} held of {BlockCount}; {holders} holders, {references} in tables."));
        }
    }

    private void ThrowIfFree(int block, string verb)
    {
        if (_holders[block] == 0)
        {
            throw new InvalidOperationException(Sentence($"KV block {block} is {verb}, but nobody holds it."));
        }
    }

    private static string Sentence(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
