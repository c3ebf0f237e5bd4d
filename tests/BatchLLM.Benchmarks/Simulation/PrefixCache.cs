namespace BatchLLM.Benchmarks.Simulation;

/// <summary>
/// KV blocks of which the full ones stay findable by a hash of all tokens up to their end, also once they are free, until they
/// are taken again in the order in which they were freed (vLLM's automatic prefix caching, design document of version 1).
/// </summary>
/// <remarks>
/// As there, equal blocks of two rows are not merged: a block table only ever grows.
/// </remarks>
internal sealed class PrefixCache
{
    private const int Free = 0;

    private readonly LinkedList<int> _free = []; // least recently used first
    private readonly LinkedListNode<int>[] _nodes; // [blocks]
    private readonly int[] _holders; // [blocks]
    private readonly ulong?[] _hashes; // [blocks]
    private readonly Dictionary<ulong, List<int>> _cached = [];

    /// <summary>Creates a cache of which every block is free and none is findable.</summary>
    public PrefixCache(int blockCount)
    {
        _nodes = [.. Enumerable.Range(0, blockCount).Select(_free.AddLast)];
        _holders = new int[blockCount];
        _hashes = new ulong?[blockCount];
    }

    /// <summary>Blocks that nobody holds, findable or not.</summary>
    public int FreeCount => _free.Count;

    /// <summary>Rows that hold a block.</summary>
    public int Holders(int block) => _holders[block];

    /// <summary>The blocks of the longest cached front of these hashes, not yet held by the caller.</summary>
    public List<int> Find(ReadOnlySpan<ulong> hashes)
    {
        var blocks = new List<int>();
        foreach (var hash in hashes)
        {
            if (!_cached.TryGetValue(hash, out var same))
            {
                break;
            }

            blocks.Add(same[0]);
        }

        return blocks;
    }

    /// <summary>Holds a block that was found.</summary>
    public void Hold(int block)
    {
        if (_holders[block]++ == Free)
        {
            _free.Remove(_nodes[block]);
        }
    }

    /// <summary>Takes the block that was freed longest ago; what it cached is lost.</summary>
    public int Allocate()
    {
        var block = _free.First!.Value;
        Hold(block);
        Evict(block);
        return block;
    }

    /// <summary>Makes a held, full block findable.</summary>
    public void Cache(int block, ulong hash)
    {
        _hashes[block] = hash;
        if (!_cached.TryGetValue(hash, out var same))
        {
            _cached.Add(hash, same = new List<int>(1));
        }

        same.Add(block);
    }

    /// <summary>Lets go of a row's blocks, last first, so that the end of a prefix is lost before its front.</summary>
    public void Release(List<int> blocks)
    {
        for (var index = blocks.Count - 1; index >= 0; index--)
        {
            if (--_holders[blocks[index]] == Free)
            {
                _free.AddLast(_nodes[blocks[index]]);
            }
        }

        blocks.Clear();
    }

    private void Evict(int block)
    {
        if (_hashes[block] is not { } hash)
        {
            return;
        }

        _hashes[block] = null;
        var same = _cached[hash];
        same.Remove(block);
        if (same.Count == 0)
        {
            _cached.Remove(hash);
        }
    }
}
