using System.Globalization;

namespace BatchLLM.Planning;

/// <summary>
/// Which blocks of the paged KV cache are free (Kwon et al. 2023, arXiv 2309.06180). Knows ids only; the memory is the
/// runner's. Not thread-safe.
/// </summary>
public sealed class KvBlockPool
{
    // A stack: the block freed last is the one most likely still in a cache.
    private readonly int[] _free; // [FreeCount used of BlockCount]
    private readonly bool[] _isHeld; // [BlockCount]

    /// <summary>Creates a pool of which every block is free.</summary>
    /// <param name="blockCount">Blocks in all, at least 1; ids are 0 to one below it.</param>
    public KvBlockPool(int blockCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(blockCount, 1);
        _free = new int[blockCount];
        _isHeld = new bool[blockCount];
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

    /// <summary>Takes a free block; its content is whatever the last holder left.</summary>
    /// <exception cref="InvalidOperationException">No block is free; ask <see cref="FreeCount"/> first.</exception>
    public int Allocate()
    {
        if (FreeCount == 0)
        {
            throw new InvalidOperationException("No KV block is free.");
        }

        var block = _free[--FreeCount];
        _isHeld[block] = true;
        return block;
    }

    /// <summary>Gives a block back.</summary>
    /// <exception cref="InvalidOperationException">The block is not held: it was freed twice.</exception>
    public void Free(int block)
    {
        if (!_isHeld[block])
        {
            throw new InvalidOperationException(Sentence($"KV block {block} is freed, but nobody holds it."));
        }

        _isHeld[block] = false;
        _free[FreeCount++] = block;
    }

    /// <summary>Checks that no block was lost or counted twice: free and held are all.</summary>
    /// <param name="heldCount">Blocks in the tables of all holders, counted by their owner.</param>
    /// <exception cref="InvalidOperationException">They do not add up; the message gives the three numbers.</exception>
    public void CheckIntegrity(int heldCount)
    {
        if (FreeCount + heldCount != BlockCount)
        {
            throw new InvalidOperationException(Sentence(
                $"KV blocks do not add up: {FreeCount} free and {heldCount} held are not {BlockCount} in all."));
        }
    }

    private static string Sentence(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
