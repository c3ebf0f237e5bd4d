using BatchLLM.Planning;

namespace BatchLLM.Benchmarks.Simulation;

/// <summary>Counts the KV blocks that sequences and pinned prefixes hold, each once, as a runner sees them.</summary>
internal sealed class HeldBlocks(int blockCount)
{
    private readonly HashSet<Sequence> _sequences = [];
    private readonly HashSet<SharedPrefix> _prefixes = [];
    private readonly int[] _countedIn = new int[blockCount]; // [blocks], number of the count that last met it
    private int _number;
    private int _count;

    /// <summary>Counts once a step is planned.</summary>
    public int Count(Step step)
    {
        foreach (var slice in step.Slices)
        {
            _sequences.Add(slice.Sequence);
            if (slice.Sequence.SharedPrefix is { } prefix)
            {
                _prefixes.Add(prefix);
            }
        }

        // Ended and preempted sequences have no blocks.
        _sequences.RemoveWhere(sequence => sequence.BlockTable.Count == 0);
        (_number, _count) = (_number + 1, 0);
        foreach (var prefix in _prefixes)
        {
            Mark(prefix.BlockTable, from: 0);
        }

        foreach (var sequence in _sequences)
        {
            Mark(sequence.BlockTable, sequence.SharedPrefix?.BlockTable.Count ?? 0);
        }

        return _count;
    }

    private void Mark(List<int> blocks, int from)
    {
        for (var index = from; index < blocks.Count; index++)
        {
            if (_countedIn[blocks[index]] != _number)
            {
                _countedIn[blocks[index]] = _number;
                _count++;
            }
        }
    }
}
