using BatchLLM.Inference;
using BatchLLM.Planning;
using Xunit;

namespace BatchLLM.Tests.Inference;

/// <summary>
/// A runner without a model that checks its side of the contract on every step. Each position's "key and value" is its
/// index and token and a hash of the tokens before it, written to its KV block; the next token is a hash of what is read
/// back through the block table, so a wrong or stale block changes the completion or fails at once.
/// </summary>
/// <remarks>
/// A step is computed as late as it may be, when it is ended, from what was there when it was begun, as on a device: blocks
/// may have been given on by then, and sequences have ended.
/// </remarks>
internal sealed class ScriptedRunner(RunnerLimits limits) : IModelRunner
{
    private readonly KvEntry[] _cache = new KvEntry[limits.KvBlockCount * limits.KvBlockTokens];
    private readonly Dictionary<int, SharedPrefix?> _blocksOfStep = []; // held by a slice, with its prefix if it is of that
    private readonly HashSet<Sequence> _sequencesOfStep = [];
    private readonly Queue<ScriptedSlice[]> _inFlight = new();
    private Dictionary<Sequence, int> _chosen = []; // by the step computed last

    public RunnerLimits Limits => limits;

    /// <summary>Steps that were computed.</summary>
    public int StepCount { get; private set; }

    /// <summary>Positions whose token was on its way when their step was begun.</summary>
    public int AwaitedCount { get; private set; }

    public int InFlightCount => _inFlight.Count;

    public bool IsDisposed { get; private set; }

    /// <summary>Called when a step is begun, with how many are in flight; may throw.</summary>
    public Action<int>? BeforeBegin { get; set; }

    /// <summary>Called before each step is computed, with its 0-based number; may throw or wait.</summary>
    public Action<int>? BeforeStep { get; set; }

    /// <summary>Overrides the hash: (sequence, tokens generated) to the next id.</summary>
    public Func<Sequence, int, int?>? Script { get; set; }

    public void Begin(Step step)
    {
        BeforeBegin?.Invoke(_inFlight.Count);
        Assert.InRange(_inFlight.Count, 0, limits.StepsInFlight - 1);
        CheckStep(step);
        foreach (var slice in step.Slices)
        {
            CheckSlice(slice);
            CheckBlocks(slice);
        }

        _inFlight.Enqueue([.. step.Slices.Select(slice => new ScriptedSlice(slice))]);
    }

    public TimeSpan End(Span<int> nextTokens)
    {
        var number = StepCount++;
        BeforeStep?.Invoke(number);
        var slices = _inFlight.Dequeue();
        Assert.Equal(slices.Length, nextTokens.Length);
        var chosen = new Dictionary<Sequence, int>();
        for (var index = 0; index < slices.Length; index++)
        {
            var slice = slices[index];
            slice.Resolve(_chosen);
            Write(slice);
            nextTokens[index] = slice.Chooses ? chosen[slice.Sequence] = Choose(slice) : IModelRunner.NoToken;
        }

        _chosen = chosen;
        return TimeSpan.Zero;
    }

    public void Abandon()
    {
        _inFlight.Clear();
        _chosen.Clear();
    }

    public void Dispose() => IsDisposed = true;

    private void CheckStep(Step step)
    {
        Assert.InRange(step.Slices.Count, 1, limits.StepSequenceBudget);
        Assert.InRange(step.TokenCount, 1, limits.StepTokenBudget);
        Assert.Equal(step.TokenCount, step.Slices.Sum(slice => slice.Count));
        _blocksOfStep.Clear();
        _sequencesOfStep.Clear();
    }

    private void CheckSlice(StepSlice slice)
    {
        var (sequence, end) = (slice.Sequence, slice.Start + slice.Count);
        var awaited = end - sequence.KnownCount;
        Assert.True(_sequencesOfStep.Add(sequence), "A sequence has two slices in one step.");
        Assert.Equal(sequence.ComputedCount, end);
        Assert.True(awaited <= 0 || (awaited == 1 && IsChosenInFlight(sequence, slice.Start)), "A token is neither known nor on its way.");
        Assert.True(end - sequence.PromptCount < sequence.MaxTokens, "A position behind the last token is computed.");
        Assert.InRange(end, 1, Math.Min(limits.ContextLength, sequence.BlockTable.Count * limits.KvBlockTokens));
        AwaitedCount += Math.Max(0, awaited);
    }

    private bool IsChosenInFlight(Sequence sequence, int start) =>
        _inFlight.Count > 0 && _inFlight.Last().Any(slice => slice.Sequence == sequence && slice.Chooses && slice.End == start);

    private void CheckBlocks(StepSlice slice)
    {
        var (sequence, prefix) = (slice.Sequence, slice.Sequence.SharedPrefix);
        for (var index = 0; index < sequence.BlockTable.Count; index++)
        {
            var isShared = index < (prefix?.BlockTable.Count ?? 0);
            Assert.InRange(sequence.BlockTable[index], 0, limits.KvBlockCount - 1);
            Assert.True(!isShared || sequence.BlockTable[index] == prefix!.BlockTable[index], "The prefix is elsewhere.");
            var isNew = _blocksOfStep.TryAdd(sequence.BlockTable[index], isShared ? prefix : null);
            Assert.True(isNew || (isShared && _blocksOfStep[sequence.BlockTable[index]] == prefix), "A block is in two tables.");
        }
    }

    private void Write(ScriptedSlice slice)
    {
        var hash = HashBefore(slice.Tokens.AsSpan(0, slice.Start));
        for (var position = slice.Start; position < slice.End; position++)
        {
            EntryAt(slice, position) = new KvEntry(hash, position, slice.Tokens[position]);
            hash = Next(hash, slice.Tokens[position]);
        }
    }

    private int Choose(ScriptedSlice slice)
    {
        var hash = HashBefore([]);
        for (var position = 0; position < slice.End; position++)
        {
            var entry = EntryAt(slice, position);
            Assert.Equal(new KvEntry(hash, position, slice.Tokens[position]), entry);
            hash = Next(hash, entry.Token);
        }

        var generated = slice.End - slice.Sequence.PromptCount;
        return Script?.Invoke(slice.Sequence, generated) ?? (int)(hash % (ulong)limits.VocabularySize);
    }

    private static ulong HashBefore(ReadOnlySpan<int> tokens)
    {
        var hash = 14695981039346656037UL;
        foreach (var token in tokens)
        {
            hash = Next(hash, token);
        }

        return hash;
    }

    private static ulong Next(ulong hash, int token)
    {
        hash = (hash ^ (ulong)token) * 1099511628211UL;
        return hash ^ (hash >> 29);
    }

    private ref KvEntry EntryAt(ScriptedSlice slice, int position)
    {
        var (block, offset) = Math.DivRem(position, limits.KvBlockTokens);
        return ref _cache[(slice.Blocks[block] * limits.KvBlockTokens) + offset];
    }

    private readonly record struct KvEntry(ulong Before, int Position, int Token);
}
