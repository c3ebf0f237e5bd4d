using System.Runtime.InteropServices;

namespace BatchLLM.Rows;

/// <summary>
/// Finds rows of the same digest among any number of rows. Rows are set aside in partitions by their digest, so that
/// equal ones meet in one; only one partition at a time is held in memory. Not thread-safe.
/// </summary>
/// <param name="scratch">Where partitions are set aside; untouched by jobs that fit the buffers.</param>
/// <param name="rows">How many rows to expect: decides how many partitions there are.</param>
/// <remarks>A hash table was rejected: it takes about 50 bytes of memory a row, 5 GB for a hundred million.</remarks>
public sealed class DuplicateFinder(IScratch scratch, long rows)
{
    private const int RowsPerPartition = 1 << 15;
    private const int MostPartitions = 1 << 10; // times BlockRows times 48 bytes of buffers: 12 MB
    private const int BlockRows = 256;

    private readonly Partition[] _partitions = NewPartitions(rows);
    private long _end; // of the scratch used

    /// <summary>Takes a row. The order of calls does not matter.</summary>
    public void Add(in KeyedRow row)
    {
        var partition = _partitions[(int)(row.High % (ulong)_partitions.Length)];
        partition.Block[partition.Filled++] = row;
        if (partition.Filled == BlockRows)
        {
            SetAside(partition);
        }
    }

    /// <summary>
    /// Every row whose digest an earlier row has, with the first such row. Rows of one digest follow each other, in input
    /// order; otherwise the order is that of the digests.
    /// </summary>
    /// <exception cref="BatchLLMException">What was set aside cannot be read.</exception>
    public IEnumerable<(KeyedRow Row, KeyedRow First)> Find() => _partitions.SelectMany(Find);

    private IEnumerable<(KeyedRow Row, KeyedRow First)> Find(Partition partition)
    {
        var all = Load(partition);
        Array.Sort(all);
        for (int index = 1, first = 0; index < all.Length; index++)
        {
            if (all[index].HasKeyOf(all[first]))
            {
                yield return (all[index], all[first]);
            }
            else
            {
                first = index;
            }
        }
    }

    private KeyedRow[] Load(Partition partition)
    {
        var all = new KeyedRow[(partition.Offsets.Count * BlockRows) + partition.Filled]; // [rows of the partition]
        for (var block = 0; block < partition.Offsets.Count; block++)
        {
            scratch.Read(partition.Offsets[block], MemoryMarshal.AsBytes(all.AsSpan(block * BlockRows, BlockRows)));
        }

        partition.Block.AsSpan(0, partition.Filled).CopyTo(all.AsSpan(partition.Offsets.Count * BlockRows));
        return all;
    }

    private void SetAside(Partition partition)
    {
        var bytes = MemoryMarshal.AsBytes(partition.Block.AsSpan());
        scratch.Write(_end, bytes);
        partition.Offsets.Add(_end);
        partition.Filled = 0;
        _end += bytes.Length;
    }

    private static Partition[] NewPartitions(long rows)
    {
        var count = (int)Math.Clamp(rows / RowsPerPartition, 1, MostPartitions);
        return [.. Enumerable.Range(0, count).Select(_ => new Partition())];
    }

    private sealed class Partition
    {
        public KeyedRow[] Block { get; } = new KeyedRow[BlockRows];

        public List<long> Offsets { get; } = []; // of blocks in the scratch

        public int Filled { get; set; }
    }
}
