using BatchLLM.Planning;

namespace BatchLLM.Host.Bench;

/// <summary>
/// All prompts first, then all sequences token by token together, as llama.cpp's llama-batched-bench runs them, so that the two
/// speeds can be held against its own. No scheduler runs jobs like this; it is for comparing.
/// </summary>
internal sealed class LockstepRun(BenchSteps steps)
{
    private readonly Step _step = new();

    /// <summary>Runs fresh sequences.</summary>
    /// <param name="sequences">No more than a step's slices.</param>
    /// <param name="combination">What they were made for.</param>
    public (BenchPhase Prompts, BenchPhase Outputs) Run(IReadOnlyList<Sequence> sequences, BenchCombination combination)
    {
        GiveBlocks(sequences, combination.Positions);
        steps.Begin();
        while (Fill(sequences.Where(s => s.ComputedCount < s.PromptCount)))
        {
            steps.Run(_step);
        }

        var prompts = steps.End((long)combination.Batch * combination.Prompt);
        steps.Begin();
        for (var position = 0; position < combination.Output; position++)
        {
            Fill(sequences);
            steps.Run(_step);
        }

        return (prompts, steps.End((long)combination.Batch * combination.Output));
    }

    // In order and up to the budget; false if there is nothing to fill a step with.
    private bool Fill(IEnumerable<Sequence> sequences)
    {
        _step.Clear();
        var budget = steps.Limits.StepTokenBudget;
        foreach (var sequence in sequences)
        {
            var count = Math.Min(budget, sequence.PendingCount);
            if (count == 0)
            {
                break;
            }

            _step.Add(new StepSlice(sequence, sequence.ComputedCount, count));
            budget -= count;
        }

        return _step.Slices.Count > 0;
    }

    private void GiveBlocks(IReadOnlyList<Sequence> sequences, int positions)
    {
        var pool = new KvBlockPool(steps.Limits.KvBlockCount);
        foreach (var sequence in sequences)
        {
            for (var covered = 0; covered < positions; covered += steps.Limits.KvBlockTokens)
            {
                sequence.BlockTable.Add(pool.Allocate());
            }
        }
    }
}
