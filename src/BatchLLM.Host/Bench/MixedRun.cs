using BatchLLM.Planning;

namespace BatchLLM.Host.Bench;

/// <summary>The sequences as a job runs them: the scheduler fills each step with output tokens first, and prompt chunks.</summary>
internal sealed class MixedRun(BenchSteps steps)
{
    private readonly Step _step = new();

    /// <summary>Runs fresh sequences.</summary>
    /// <param name="sequences">Any number.</param>
    /// <param name="combination">What they were made for.</param>
    public BenchPhase Run(IReadOnlyList<Sequence> sequences, BenchCombination combination)
    {
        steps.Begin();
        var scheduler = new Scheduler(steps.Limits);
        foreach (var sequence in sequences)
        {
            scheduler.Add(sequence);
        }

        while (scheduler.HasWork)
        {
            scheduler.Plan(_step);
            steps.Run(_step);
            End(scheduler);
        }

        return steps.End(combination.Tokens);
    }

    private void End(Scheduler scheduler)
    {
        foreach (var slice in _step.Slices)
        {
            if (slice.Sequence.Generated.Length == slice.Sequence.MaxTokens)
            {
                scheduler.End(slice.Sequence);
            }
        }
    }
}
