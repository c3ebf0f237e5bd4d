using BatchLLM.Planning;

namespace BatchLLM.Engine.Attention;

/// <summary>
/// Cuts a step's rows into tiles that read the same keys and values: consecutive rows of one sequence, and rows of all
/// sequences behind one shared prefix. Filled before each step, read by all threads; allocates nothing from step to step.
/// </summary>
/// <remarks>
/// A row's result does not depend on its tile, so tiles are cut for speed alone. Those with most positions come first: a long
/// one that begins last would leave the other threads waiting.
/// </remarks>
/// <param name="tokenBudget">Most rows of a step.</param>
/// <param name="tileRows">Most rows of a tile.</param>
/// <param name="group">Query heads of a key head.</param>
internal sealed class AttentionTiles(int tokenBudget, int tileRows, int group)
{
    private const int None = -1;

    private readonly AttentionRun[] _runs = new AttentionRun[tokenBudget]; // [runs], tile after tile
    private readonly AttentionTile[] _tiles = new AttentionTile[tokenBudget]; // [tiles]
    private readonly long[] _costs = new long[tokenBudget]; // [tiles], minus the positions read
    private readonly Dictionary<SharedPrefix, int> _groups = new(tokenBudget);
    private readonly int[] _firstSlices = new int[tokenBudget]; // [groups]
    private readonly int[] _lastSlices = new int[tokenBudget]; // [groups]
    private readonly int[] _nextSlices = new int[tokenBudget]; // [slices], the next of the same group
    private readonly int[] _sliceRows = new int[tokenBudget]; // [slices], the first row of each
    private int _runCount;
    private int _openRuns; // of the tile that is being filled
    private int _openRows;
    private int _openQueries;

    /// <summary>Most queries of a tile, with those that stand twice.</summary>
    public int QueryCount => tileRows * (group + group % 2);

    /// <summary>Tiles of the step.</summary>
    public int Count { get; private set; }

    /// <summary>A tile.</summary>
    public AttentionTile this[int index] => _tiles[index];

    /// <summary>A tile's runs.</summary>
    public ReadOnlySpan<AttentionRun> Runs(AttentionTile tile) => _runs.AsSpan(tile.FirstRun, tile.RunCount);

    /// <summary>Cuts a step's rows.</summary>
    public void Fill(Step step)
    {
        (Count, _runCount) = (0, 0);
        _groups.Clear();
        var row = 0;
        for (var slice = 0; slice < step.Slices.Count; slice++)
        {
            _sliceRows[slice] = row;
            Place(step.Slices[slice], slice);
            row += step.Slices[slice].Count;
        }

        foreach (var (prefix, group) in _groups)
        {
            PlaceGroup(step, prefix, group);
        }

        Array.Sort(_costs, _tiles, 0, Count);
    }

    // Rows inside the prefix belong to the sequence that computes it; those behind it wait for the others of their group.
    private void Place(StepSlice slice, int index)
    {
        var own = slice.Count;
        if (Pinned(slice.Sequence) is { } prefix && slice.Start + slice.Count > prefix.Length)
        {
            own = Math.Max(0, prefix.Length - slice.Start);
            Chain(prefix, index);
        }

        Add(slice, index, 0, own, 0);
        Close(0);
    }

    private static SharedPrefix? Pinned(Sequence sequence) =>
        sequence.SharedPrefix is { BlockTable.Count: > 0 } prefix ? prefix : null;

    private void Chain(SharedPrefix prefix, int slice)
    {
        _nextSlices[slice] = None;
        if (_groups.TryAdd(prefix, _groups.Count))
        {
            _firstSlices[_groups.Count - 1] = slice;
        }
        else
        {
            _nextSlices[_lastSlices[_groups[prefix]]] = slice;
        }

        _lastSlices[_groups[prefix]] = slice;
    }

    private void PlaceGroup(Step step, SharedPrefix prefix, int group)
    {
        for (var index = _firstSlices[group]; index != None; index = _nextSlices[index])
        {
            var slice = step.Slices[index];
            Add(slice, index, Math.Max(0, prefix.Length - slice.Start), slice.Count, prefix.Length);
        }

        Close(prefix.Length);
    }

    // Rows [from, to) of a slice, into the open tile and further ones.
    private void Add(StepSlice slice, int index, int from, int to, int sharedTokens)
    {
        while (from < to)
        {
            var count = Math.Min(to - from, tileRows - _openRows);
            AddRun(_sliceRows[index] + from, count, slice.Start + from);
            from += count;
            if (_openRows == tileRows)
            {
                Close(sharedTokens);
            }
        }
    }

    private void AddRun(int row, int count, int position)
    {
        var queries = (count * group + 1) / 2 * 2;
        _runs[_runCount++] = new AttentionRun(row, count, _openQueries, _openQueries + queries);
        _costs[Count] = (_openRuns == 0 ? 0 : _costs[Count]) - (long)count * (position + count);
        _openRuns++;
        _openRows += count;
        _openQueries += queries;
    }

    private void Close(int sharedTokens)
    {
        if (_openRuns > 0)
        {
            _tiles[Count++] = new AttentionTile(_runCount - _openRuns, _openRuns, _openQueries, sharedTokens);
        }

        (_openRuns, _openRows, _openQueries) = (0, 0, 0);
    }
}
