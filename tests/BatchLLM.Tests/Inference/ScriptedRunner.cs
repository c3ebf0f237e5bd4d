using BatchLLM.Inference;
using BatchLLM.Planning;
using Xunit;

namespace BatchLLM.Tests.Inference;

/// <summary>
/// A runner without a model that checks its side of the contract on every step. Each position's "key and value" is its
/// index and token and a hash of the tokens before it, written to its KV block; the next token is a hash of what is read
/// back through the block table, so a wrong or stale block changes the completion or fails at once.
/// </summary>
internal sealed class ScriptedRunner(RunnerLimits limits) : IModelRunner
{
    private readonly KvEntry[] _cache = new KvEntry[limits.KvBlockCount * limits.KvBlockTokens];
    private readonly Dictionary<int, SharedPrefix?> _blocksOfStep = []; // held by a slice, with its prefix if it is of that
    private readonly HashSet<Sequence> _sequencesOfStep = [];

    public RunnerLimits Limits => limits;

    public int StepCount { get; private set; }

    public bool IsDisposed { get; private set; }

    /// <summary>Called at the start of each step with its 0-based number; may throw or wait.</summary>
    public Action<int>? BeforeStep { get; set; }

    /// <summary>Overrides the hash: (sequence, tokens generated) to the next id.</summary>
    public Func<Sequence, int, int?>? Script { get; set; }

    public void Run(Step step, Span<int> nextTokens)
    {
        var number = StepCount++;
        BeforeStep?.Invoke(number);
        CheckStep(step, nextTokens);
        for (var index = 0; index < step.Slices.Count; index++)
        {
            var slice = step.Slices[index];
            CheckSlice(slice);
            CheckBlocks(slice);
            Write(slice);
            nextTokens[index] = slice.ChoosesNext ? Choose(slice.Sequence) : -1;
        }
    }

    public void Dispose() => IsDisposed = true;

    private void CheckStep(Step step, Span<int> nextTokens)
    {
        Assert.InRange(step.Slices.Count, 1, limits.StepSequenceBudget);
        Assert.Equal(step.Slices.Count, nextTokens.Length);
        Assert.InRange(step.TokenCount, 1, limits.StepTokenBudget);
        Assert.Equal(step.TokenCount, step.Slices.Sum(slice => slice.Count));
        _blocksOfStep.Clear();
        _sequencesOfStep.Clear();
    }

    private void CheckSlice(StepSlice slice)
    {
        var sequence = slice.Sequence;
        Assert.True(_sequencesOfStep.Add(sequence), "A sequence has two slices in one step.");
        Assert.Equal(sequence.ComputedCount, slice.Start);
        Assert.InRange(slice.Count, 1, sequence.KnownCount - slice.Start);
        Assert.InRange(slice.Start + slice.Count, 1, limits.ContextLength);
        Assert.InRange(slice.Start + slice.Count, 1, sequence.BlockTable.Count * limits.KvBlockTokens);
    }

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

    private void Write(StepSlice slice)
    {
        var hash = HashBefore(slice.Sequence.Tokens[..slice.Start]);
        for (var position = slice.Start; position < slice.Start + slice.Count; position++)
        {
            var token = slice.Sequence.Tokens[position];
            EntryAt(slice.Sequence, position) = new KvEntry(hash, position, token);
            hash = Next(hash, token);
        }
    }

    private int Choose(Sequence sequence)
    {
        var hash = HashBefore([]);
        for (var position = 0; position < sequence.KnownCount; position++)
        {
            var entry = EntryAt(sequence, position);
            Assert.Equal(new KvEntry(hash, position, sequence.Tokens[position]), entry);
            hash = Next(hash, entry.Token);
        }

        return Script?.Invoke(sequence, sequence.Generated.Length) ?? (int)(hash % (ulong)limits.VocabularySize);
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

    private ref KvEntry EntryAt(Sequence sequence, int position)
    {
        var (block, offset) = Math.DivRem(position, limits.KvBlockTokens);
        return ref _cache[(sequence.BlockTable[block] * limits.KvBlockTokens) + offset];
    }

    private readonly record struct KvEntry(ulong Before, int Position, int Token);
}
