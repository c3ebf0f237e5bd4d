using BatchLLM.Engine;
using BatchLLM.Inference;
using BatchLLM.Planning;

namespace BatchLLM.Tests.Engine;

/// <summary>A plain scheduler for tests: gives sequences blocks, runs steps with the chunks it is told, keeps logits.</summary>
internal sealed class StepDriver(CpuModelRunner runner)
{
    private readonly Step _step = new();
    private readonly List<int> _freeBlocks = [.. Enumerable.Range(0, runner.Limits.KvBlockCount)];

    /// <summary>Logits of each sequence's choices, in order.</summary>
    public Dictionary<Sequence, List<float[]>> Logits { get; } = [];

    /// <summary>Takes the blocks in another order.</summary>
    public void ShuffleBlocks(Random random)
    {
        for (var i = _freeBlocks.Count - 1; i > 0; i--)
        {
            var j = random.Next(i + 1);
            (_freeBlocks[i], _freeBlocks[j]) = (_freeBlocks[j], _freeBlocks[i]);
        }
    }

    /// <summary>Makes the block that was freed last the next one to be taken.</summary>
    public void ReverseBlocks() => _freeBlocks.Reverse();

    /// <summary>Adds a sequence; behind a prefix that is pinned, it begins after that.</summary>
    public Sequence Add(
        int[] prompt, int maxTokens, SamplingParameters? sampling = null, ulong rowKey = 0, SharedPrefix? prefix = null)
    {
        var request = new InferenceRequest(0, rowKey, prompt, sampling ?? new SamplingParameters());
        var sequence = new Sequence(request, maxTokens) { SharedPrefix = prefix };
        sequence.BlockTable.AddRange(prefix?.BlockTable ?? []);
        sequence.ComputedCount = sequence.BlockTable.Count * runner.Limits.KvBlockTokens;
        var blocks = (prompt.Length + maxTokens + runner.Limits.KvBlockTokens - 1) / runner.Limits.KvBlockTokens;
        var own = blocks - sequence.BlockTable.Count;
        sequence.BlockTable.AddRange(_freeBlocks[..own]);
        _freeBlocks.RemoveRange(0, own);
        Logits.Add(sequence, []);
        return sequence;
    }

    /// <summary>Pins the prefix of the sequence that computes it; from the step on that computes its last position.</summary>
    public void Pin(Sequence sequence)
    {
        var blocks = sequence.SharedPrefix!.Length / runner.Limits.KvBlockTokens;
        sequence.SharedPrefix.BlockTable.AddRange(sequence.BlockTable[..blocks]);
    }

    /// <summary>Gives a sequence's blocks back.</summary>
    public void Free(Sequence sequence) => _freeBlocks.AddRange(sequence.BlockTable);

    /// <summary>Runs one step over given counts of positions; appends the tokens that were chosen.</summary>
    public void Run(params (Sequence Sequence, int Count)[] work)
    {
        _step.Slices.Clear();
        foreach (var (sequence, count) in work)
        {
            _step.Slices.Add(new StepSlice(sequence, sequence.ComputedCount, count));
        }

        var next = new int[work.Length];
        runner.Run(_step, next);
        var choice = 0;
        for (var i = 0; i < next.Length; i++)
        {
            var sequence = work[i].Sequence;
            sequence.ComputedCount += work[i].Count;
            if (next[i] != IModelRunner.NoToken)
            {
                Logits[sequence].Add(runner.ChoiceLogits(choice++).ToArray());
                sequence.Append(next[i]);
            }
        }
    }

    /// <summary>Runs until every sequence has its tokens; chunk sizes and the mix of each step come from the caller.</summary>
    public void RunAll(IReadOnlyList<Sequence> sequences, Func<int> chunk)
    {
        var budget = runner.Limits.StepTokenBudget;
        while (true)
        {
            var work = new List<(Sequence, int)>();
            var left = budget;
            foreach (var s in sequences)
            {
                if (s.KnownCount - s.PromptCount < s.MaxTokens && left > 0 && work.Count < runner.Limits.StepSequenceBudget)
                {
                    var count = Math.Min(left, Math.Min(s.KnownCount - s.ComputedCount, Math.Max(1, chunk())));
                    work.Add((s, count));
                    left -= count;
                }
            }

            if (work.Count == 0)
            {
                return;
            }

            Run([.. work]);
        }
    }
}
