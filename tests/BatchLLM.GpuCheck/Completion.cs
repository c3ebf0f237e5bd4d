using BatchLLM.Inference;
using BatchLLM.Planning;

namespace BatchLLM.GpuCheck;

/// <summary>Completes prompts as the engine does, but for text: steps are planned, run, and their tokens taken.</summary>
internal static class Completion
{
    /// <summary>Runs until every row has its tokens. // [rows] of [tokens]</summary>
    /// <param name="runner">Computes.</param>
    /// <param name="prompts">// [rows] of [tokens]</param>
    /// <param name="sampling">Of all rows.</param>
    /// <param name="afterStep">Told of each step.</param>
    public static int[][] Of(IModelRunner runner, IReadOnlyList<int[]> prompts, SamplingParameters sampling, Action<Step>? afterStep = null)
    {
        var scheduler = new Scheduler(runner.Limits with { StepsInFlight = 1 });
        List<Sequence> sequences =
            [.. prompts.Select((prompt, i) => new Sequence(new InferenceRequest(i, (ulong)i, prompt, sampling), sampling.MaxTokens))];
        sequences.ForEach(scheduler.Add);
        var step = new Step();
        var tokens = new int[runner.Limits.StepSequenceBudget];
        while (scheduler.HasWork)
        {
            scheduler.Plan(step);
            runner.Run(step, tokens.AsSpan(0, step.Slices.Count));
            Take(scheduler, step, tokens);
            afterStep?.Invoke(step);
        }

        return [.. sequences.Select(sequence => sequence.Generated.ToArray())];
    }

    private static void Take(Scheduler scheduler, Step step, int[] tokens)
    {
        for (var i = 0; i < step.Slices.Count; i++)
        {
            var sequence = step.Slices[i].Sequence;
            if (tokens[i] != IModelRunner.NoToken)
            {
                sequence.Append(tokens[i]);
                if (sequence.Generated.Length == sequence.MaxTokens || tokens[i] == IModelRunner.NotFinite)
                {
                    scheduler.End(sequence);
                }
            }
        }
    }
}
