using BatchLLM.Inference;
using BatchLLM.Planning;

namespace BatchLLM.CudaTests.Model;

/// <summary>A plain scheduler for tests: gives sequences blocks, and runs steps with the chunks it is told.</summary>
internal sealed class RunnerDriver(IModelRunner runner)
{
    private readonly Step _step = new();
    private readonly Stack<int> _freeBlocks = new(Enumerable.Range(0, runner.Limits.KvBlockCount));

    /// <summary>Adds a sequence, with blocks for all its tokens.</summary>
    public Sequence Add(int[] prompt, int maxTokens, SamplingParameters? sampling = null, ulong rowKey = 0)
    {
        var sequence = new Sequence(new InferenceRequest(0, rowKey, prompt, sampling ?? new SamplingParameters()), maxTokens);
        var blocks = (prompt.Length + maxTokens + runner.Limits.KvBlockTokens - 1) / runner.Limits.KvBlockTokens;
        for (var i = 0; i < blocks; i++)
        {
            sequence.BlockTable.Add(_freeBlocks.Pop());
        }

        return sequence;
    }

    /// <summary>Runs one step over given counts of positions; appends the tokens that were chosen.</summary>
    public void Run(params IReadOnlyList<(Sequence Sequence, int Count)> work)
    {
        var next = Choose(work);
        for (var i = 0; i < next.Length; i++)
        {
            if (next[i] >= 0)
            {
                work[i].Sequence.Append(next[i]);
            }
        }
    }

    /// <summary>Runs one step, and leaves it to the caller what becomes of the results.</summary>
    public int[] Choose(params IReadOnlyList<(Sequence Sequence, int Count)> work)
    {
        _step.Slices.Clear();
        foreach (var (sequence, count) in work)
        {
            _step.Slices.Add(new StepSlice(sequence, sequence.ComputedCount, count));
        }

        var next = new int[work.Count];
        runner.Run(_step, next);
        foreach (var (sequence, count) in work)
        {
            sequence.ComputedCount += count;
        }

        return next;
    }

    /// <summary>Runs until every sequence has its tokens; the caller says how many positions a sequence may have in a step.</summary>
    public void RunAll(IReadOnlyList<Sequence> sequences, Func<int> chunk)
    {
        while (Work(sequences, chunk) is { Count: > 0 } work)
        {
            Run(work);
        }
    }

    private List<(Sequence, int)> Work(IReadOnlyList<Sequence> sequences, Func<int> chunk)
    {
        var work = new List<(Sequence, int)>();
        var left = runner.Limits.StepTokenBudget;
        foreach (var s in sequences.Where(s => s.KnownCount - s.PromptCount < s.MaxTokens))
        {
            if (left > 0 && work.Count < runner.Limits.StepSequenceBudget)
            {
                work.Add((s, Math.Min(left, Math.Min(s.PendingCount, chunk()))));
                left -= work[^1].Item2;
            }
        }

        return work;
    }
}
