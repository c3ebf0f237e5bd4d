using BatchLLM.Inference;

namespace BatchLLM.Planning;

/// <summary>
/// Decides what each step computes: integers in, step plan out. Pure; the same calls give the same plans. Not
/// thread-safe.
/// </summary>
/// <remarks>
/// Live sequences are kept oldest first, and everything is granted in that order: an older one that lacks a KV block
/// takes those of the newest. Newcomers are admitted only to a step with tokens and blocks left after all live ones. So
/// at most the newest live sequence has part of its prompt before it, decode tokens come first without being told apart,
/// each live sequence has a token in the budget, and the oldest advances in every step: the window always ends, whatever
/// the pool's size.
/// <para>
/// The first sequence with a shared prefix computes it like any other prompt; those after it start behind it, the next
/// ones in the very step that computes its last position. So a step is full while a prefix is under way, and nothing has
/// to wait for a step's end. A pinned prefix that no live sequence reads is let go before any live one loses its blocks.
/// </para>
/// <para>
/// A newest sequence that lacks a block just misses steps until one is free. Preempting it at once was rejected: what
/// it has computed would be lost even where an older sequence is about to end.
/// </para>
/// <para>
/// With two steps in flight, a sequence goes on with a token that the step before it chooses and nobody has seen. Blocks
/// come free as without: steps are computed in their order, so whatever a step in flight still does to a block comes before
/// all that its next holder does. Waiting for that step was rejected: a block would lie idle for a step, and the plans of a
/// window would differ from those that are made one at a time.
/// </para>
/// </remarks>
public sealed class Scheduler
{
    private readonly RunnerLimits _limits;
    private readonly KvBlockPool _pool;
    private readonly PrefixPins _prefixes;
    private readonly KvPeak _peak;
    private readonly Queue<Sequence> _waiting = new();
    private readonly Stack<Sequence> _preempted = new(); // the oldest on top; all are older than the waiting ones
    private readonly List<Sequence> _live; // oldest first; ended ones stay until the next plan [at most StepSequenceBudget]
    private int _endedCount; // of _live
    private long _waitingTokens; // positions that the waiting ones have to compute at least

    /// <summary>Creates a scheduler with nothing to do and all blocks free.</summary>
    /// <param name="limits">The runner's sizes; budgets and blocks are at least 1.</param>
    public Scheduler(RunnerLimits limits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limits.StepTokenBudget, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(limits.StepSequenceBudget, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(limits.KvBlockTokens, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(limits.StepsInFlight, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limits.StepsInFlight, 2);
        _limits = limits;
        _pool = new KvBlockPool(limits.KvBlockCount);
        _prefixes = new PrefixPins(_pool, limits.KvBlockTokens);
        _peak = new KvPeak(limits);
        _live = new List<Sequence>(limits.StepSequenceBudget);
    }

    /// <summary>Sequences that hold KV blocks and take part in steps.</summary>
    public int LiveCount => _live.Count - _endedCount;

    /// <summary>Sequences not yet admitted, and preempted ones.</summary>
    public int WaitingCount => _waiting.Count + _preempted.Count;

    /// <summary>
    /// True if the next step may admit more than is waiting, so that sequences can be made as they are needed.
    /// </summary>
    public bool WantsMore =>
        LiveCount + WaitingCount < _limits.StepSequenceBudget && _waitingTokens < _limits.StepTokenBudget;

    /// <summary>True if there is something to plan.</summary>
    public bool HasWork => LiveCount + WaitingCount > 0;

    /// <summary>How often a sequence lost its blocks to an older one.</summary>
    public long PreemptionCount { get; private set; }

    /// <summary>How often a shared prefix was given up for want of blocks, to be computed again.</summary>
    public long LetGoCount => _prefixes.LetGoCount;

    /// <summary>KV blocks that nobody holds.</summary>
    public int FreeBlockCount => _pool.FreeCount;

    /// <summary>Most positions whose keys and values the pool can hold for one sequence.</summary>
    public static long Capacity(RunnerLimits limits) => (long)limits.KvBlockCount * limits.KvBlockTokens;

    /// <summary>
    /// Positions that a sequence may come to hold: the last token is generated, but never computed.
    /// </summary>
    public static long MostPositions(int promptCount, int maxTokens) => (long)promptCount + maxTokens - 1;

    /// <summary>Puts a sequence at the end of the waiting ones.</summary>
    /// <exception cref="ArgumentException">It could never fit the KV cache, and would wait for ever.</exception>
    public void Add(Sequence sequence)
    {
        if (MostPositions(sequence.PromptCount, sequence.MaxTokens) > Capacity(_limits))
        {
            throw new ArgumentException("The sequence may grow beyond the whole KV cache.", nameof(sequence));
        }

        _waiting.Enqueue(sequence);
        _waitingTokens += LeastTokens(sequence);
    }

    /// <summary>
    /// Fills a step with at least one slice: first what the live sequences get, oldest first, then newly admitted ones,
    /// in order, while there are blocks for all that they know and, as far as anybody knows, for all that they will.
    /// </summary>
    /// <param name="step">Overwritten.</param>
    /// <exception cref="InvalidOperationException">There is no work, or none that can go on.</exception>
    public void Plan(Step step)
    {
        if (!HasWork)
        {
            throw new InvalidOperationException("Nothing is waiting or live.");
        }

        step.Clear();
        DropEnded();
        PlanLive(step);
        Admit(step);
        if (step.Slices.Count == 0)
        {
            throw new InvalidOperationException("The oldest live sequence is due a token: append one or end it first.");
        }
    }

    /// <summary>
    /// Ends the sequences that just wait for a last token on its way: it is never computed, so nothing reads or writes their
    /// blocks behind the step that chooses it. To be called while planned steps have been begun.
    /// </summary>
    public void EndFullyPlanned()
    {
        foreach (var sequence in _live)
        {
            if (sequence.IsLive && sequence.AwaitsLast)
            {
                End(sequence);
            }
        }
    }

    /// <summary>Ends a live sequence; its blocks are free at once.</summary>
    /// <exception cref="InvalidOperationException">The sequence is not live.</exception>
    public void End(Sequence sequence)
    {
        if (!sequence.IsLive)
        {
            throw new InvalidOperationException("Only a live sequence can end.");
        }

        _endedCount++;
        Retire(sequence, hasEnded: true);
    }

    /// <summary>Takes sequences away, wherever they stand; their blocks are free at once.</summary>
    /// <remarks>
    /// Others of the same prefixes may never come, so prefixes that nobody reads now are let go. One that somebody still
    /// comes for is computed again.
    /// </remarks>
    public void Abandon(IReadOnlySet<Sequence> sequences)
    {
        foreach (var sequence in _live.Where(sequence => sequence.IsLive && sequences.Contains(sequence)))
        {
            End(sequence);
        }

        var waiting = _waiting.Where(sequence => !sequences.Contains(sequence)).ToList();
        var preempted = _preempted.Where(sequence => !sequences.Contains(sequence)).Reverse().ToList();
        _waiting.Clear();
        _preempted.Clear();
        waiting.ForEach(_waiting.Enqueue);
        preempted.ForEach(_preempted.Push);
        _waitingTokens = waiting.Concat(preempted).Sum(sequence => (long)LeastTokens(sequence));
        while (_prefixes.TryLetGo(except: null))
        {
        }
    }

    /// <summary>Checks that every KV block is either free or in the tables of live sequences and pinned prefixes.</summary>
    /// <exception cref="InvalidOperationException">The blocks do not add up.</exception>
    public void CheckIntegrity()
    {
        long references = _prefixes.BlockCount;
        foreach (var sequence in _live)
        {
            references += sequence.BlockTable.Count;
        }

        _pool.CheckIntegrity(references);
    }

    // One pass for all that ended in a step; removing each from the list would be a pass for each.
    private void DropEnded()
    {
        if (_endedCount > 0)
        {
            _live.RemoveAll(sequence => !sequence.IsLive);
            _endedCount = 0;
        }
    }

    private void PlanLive(Step step)
    {
        // The list shrinks at its end while older sequences preempt.
        for (var index = 0; index < _live.Count; index++)
        {
            PlanSlice(step, _live[index]);
        }
    }

    private void PlanSlice(Step step, Sequence sequence)
    {
        var wanted = Math.Min(Plannable(sequence), _limits.StepTokenBudget - step.TokenCount);
        Cover(sequence, sequence.ComputedCount + wanted);
        var count = Math.Min(wanted, Covered(sequence) - sequence.ComputedCount);
        if (count > 0)
        {
            step.Add(new StepSlice(sequence, sequence.ComputedCount, count));
            _prefixes.PinIfComputed(sequence);
        }
    }

    // Positions whose tokens are there when the step is computed: the known ones, or the one that is on its way.
    private int Plannable(Sequence sequence) =>
        sequence.AwaitedCount < _limits.StepsInFlight ? Math.Max(sequence.PendingCount, 1) : 0;

    // Stops short where no block is to be had; the slice is then cut to what is covered.
    private void Cover(Sequence sequence, int positions)
    {
        while (Covered(sequence) < positions)
        {
            if (_pool.FreeCount > 0)
            {
                sequence.BlockTable.Add(_pool.Allocate());
            }
            else if (!_prefixes.TryLetGo(except: null) && !PreemptNewerThan(sequence))
            {
                return;
            }
        }
    }

    private int Covered(Sequence sequence) => sequence.BlockTable.Count * _limits.KvBlockTokens;

    private bool PreemptNewerThan(Sequence sequence)
    {
        var newest = _live[^1];
        if (newest == sequence)
        {
            return false;
        }

        _live.RemoveAt(_live.Count - 1);
        Retire(newest, hasEnded: false);
        newest.ComputedCount = 0;
        _preempted.Push(newest);
        _waitingTokens += LeastTokens(newest);
        PreemptionCount++;
        return true;
    }

    private void Admit(Step step)
    {
        var isPeakKnown = false;
        while (_live.Count < _limits.StepSequenceBudget
            && step.TokenCount < _limits.StepTokenBudget
            && NextWaiting() is { } sequence
            && HasBlocks(sequence)
            && WillFit(sequence, ref isPeakKnown))
        {
            Start(sequence);
            PlanSlice(step, sequence);
        }
    }

    // Strictly in order: a smaller one further back never passes, so that none waits for ever.
    private Sequence? NextWaiting()
    {
        var next = _preempted.TryPeek(out var first) || _waiting.TryPeek(out first) ? first : null;
        return next is not null && PrefixPins.MayStart(next) ? next : null;
    }

    // With nothing live, no block will come free by itself: all other prefixes go, and then the sequence fits.
    private bool HasBlocks(Sequence sequence)
    {
        var needed = BlocksFor(sequence.KnownCount - PrefixPins.SharedLength(sequence));
        while (needed > _pool.FreeCount && _live.Count == 0 && _prefixes.TryLetGo(sequence.SharedPrefix))
        {
        }

        return needed <= _pool.FreeCount;
    }

    private bool WillFit(Sequence sequence, ref bool isPeakKnown)
    {
        if (!isPeakKnown)
        {
            _peak.Restart(_live, _prefixes.BlockCount);
            isPeakKnown = true;
        }

        return _peak.FitsWith(sequence) || _live.Count == 0;
    }

    // Room for the whole table at once, so that no later step allocates.
    private void Start(Sequence sequence)
    {
        if (!_preempted.TryPop(out _))
        {
            _waiting.Dequeue();
            sequence.BlockTable.EnsureCapacity(BlocksFor((int)MostPositions(sequence.PromptCount, sequence.MaxTokens)));
        }

        _live.Add(sequence);
        _waitingTokens -= LeastTokens(sequence);
        sequence.IsLive = true;
        _prefixes.Join(sequence);
    }

    private static int LeastTokens(Sequence sequence) => sequence.KnownCount - (sequence.SharedPrefix?.Length ?? 0);

    private int BlocksFor(int positions) => (positions + _limits.KvBlockTokens - 1) / _limits.KvBlockTokens;

    private void Retire(Sequence sequence, bool hasEnded)
    {
        foreach (var block in sequence.BlockTable)
        {
            _pool.Release(block);
        }

        sequence.IsLive = false;
        sequence.BlockTable.Clear();
        _prefixes.Leave(sequence, hasEnded);
    }
}
