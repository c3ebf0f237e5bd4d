using System.Runtime.InteropServices;
using BatchLLM.Inference;

namespace BatchLLM.Benchmarks.Simulation;

/// <summary>
/// Running rows first, in the order of their arrival, then waiting ones while budget, rows and blocks last. A running row that
/// lacks a block preempts the newest, itself at last; that one waits in front and is computed anew, but for what is cached.
/// </summary>
internal sealed class FirstComeScheduler(RunnerLimits limits)
{
    private const int MostRunning = 1_024; // max_num_seqs for offline use on large devices

    // Cascade attention reads what all running rows begin with once, if it is worth while: vLLM's least values.
    private const int LeastCascadePositions = 256;
    private const int LeastCascadeRows = 8;

    private readonly PrefixCache _cache = new(limits.KvBlockCount);
    private readonly LinkedList<CachedRow> _waiting = [];
    private readonly List<CachedRow> _running = [];
    private int _budget;

    /// <summary>True if there is something to plan.</summary>
    public bool HasWork => _running.Count + _waiting.Count > 0;

    /// <summary>Rows not running, preempted ones included.</summary>
    public int WaitingCount => _waiting.Count;

    /// <summary>Rows that hold blocks, oldest first; those with planned positions are in the step.</summary>
    public IReadOnlyList<CachedRow> Running => _running;

    /// <summary>Blocks that rows hold.</summary>
    public int HeldBlocks => limits.KvBlockCount - _cache.FreeCount;

    /// <summary>Positions that all running rows share and the step reads once; 0 if each row reads for itself.</summary>
    public int CascadePositions
    {
        get
        {
            var blocks = _running.Count < LeastCascadeRows
                ? 0
                : _running[0].Blocks.TakeWhile(block => _cache.Holders(block) == _running.Count).Count();
            var positions = blocks * limits.KvBlockTokens;
            return positions < LeastCascadePositions ? 0 : positions;
        }
    }

    /// <summary>Puts a row at the end of the waiting ones.</summary>
    public void Add(CachedRow row) => _waiting.AddLast(row);

    /// <summary>Decides what the next step computes.</summary>
    public void Plan()
    {
        _budget = limits.StepTokenBudget;
        var waiting = _waiting.Count;
        PlanRunning();
        if (_waiting.Count == waiting)
        {
            Admit();
        }
    }

    /// <summary>The step was computed: rows at their last known token get the next one or end.</summary>
    public void Complete()
    {
        foreach (var row in _running)
        {
            row.Computed += row.Planned;
            if (row.Planned > 0 && row.Computed == row.Known)
            {
                row.Append();
            }

            row.Planned = 0;
            if (row.Known == row.End)
            {
                _cache.Release(row.Blocks);
            }
        }

        _running.RemoveAll(row => row.Known == row.End);
    }

    private void PlanRunning()
    {
        for (var index = 0; index < _running.Count && _budget > 0; index++)
        {
            var row = _running[index];
            var count = Math.Min(row.Known - row.Computed, _budget);
            while (!TryCover(row, row.Computed + count))
            {
                if (PreemptNewest() == row)
                {
                    return;
                }
            }

            Grant(row, count);
        }
    }

    private void Admit()
    {
        while (_budget > 0 && _running.Count < MostRunning && _waiting.First is { Value: var row })
        {
            // The last token is computed in any case: its logits are needed.
            var findable = (row.Known - 1) / limits.KvBlockTokens;
            var found = _cache.Find(CollectionsMarshal.AsSpan(row.Hashes)[..findable]);
            if (!Fits(row, found))
            {
                return;
            }

            Start(row, found);
            Grant(row, Math.Min(row.Known - row.Computed, _budget));
        }
    }

    // The whole row must fit, not just its first chunk; found blocks that nobody holds are free ones too.
    private bool Fits(CachedRow row, List<int> found) =>
        BlocksFor(row.Known) - found.Count(block => _cache.Holders(block) > 0) <= _cache.FreeCount;

    private void Start(CachedRow row, List<int> found)
    {
        _waiting.RemoveFirst();
        _running.Add(row);
        found.ForEach(_cache.Hold);
        row.Blocks.AddRange(found);
        (row.Computed, row.CachedBlocks) = (found.Count * limits.KvBlockTokens, found.Count);
    }

    // Full blocks are findable as soon as they are planned, so by the rows behind this one in the same step.
    private void Grant(CachedRow row, int count)
    {
        TryCover(row, row.Computed + count);
        row.Planned = count;
        _budget -= count;
        for (; (row.CachedBlocks + 1) * limits.KvBlockTokens <= row.Computed + count; row.CachedBlocks++)
        {
            _cache.Cache(row.Blocks[row.CachedBlocks], row.Hashes[row.CachedBlocks]);
        }
    }

    private bool TryCover(CachedRow row, int positions)
    {
        var wanted = BlocksFor(positions) - row.Blocks.Count;
        if (wanted > _cache.FreeCount)
        {
            return false;
        }

        for (var count = 0; count < wanted; count++)
        {
            row.Blocks.Add(_cache.Allocate());
        }

        return true;
    }

    private CachedRow PreemptNewest()
    {
        var newest = _running[^1];
        _running.RemoveAt(_running.Count - 1);
        _cache.Release(newest.Blocks);
        (newest.Computed, newest.CachedBlocks) = (0, 0);
        _waiting.AddFirst(newest);
        return newest;
    }

    private int BlocksFor(int positions) => (positions + limits.KvBlockTokens - 1) / limits.KvBlockTokens;
}
