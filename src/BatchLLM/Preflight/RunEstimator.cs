namespace BatchLLM.Preflight;

/// <summary>From what a sample showed to what the whole job will come to. Pure: a seed decides the ranges.</summary>
public static class RunEstimator
{
    private const int Blocks = 16;
    private const int Resamples = 500;
    private const int FewestFedSteps = Blocks;

    // What no sample shows: other load on the machine, clock speeds, reading and writing. A judgement: two runs of
    // the demo job lay well inside it.
    private const double MachineNoise = 0.15;

    /// <summary>Estimates a job.</summary>
    /// <param name="trial">What the sample showed; at least one row was begun.</param>
    /// <param name="sampledRows">Rows in the sample.</param>
    /// <param name="startSeconds">How long the weights took to load.</param>
    /// <param name="readyRows">Rows of the job that the engine gets.</param>
    /// <param name="copiedRows">Those of them that it does not compute, because an identical row's answer is copied.</param>
    /// <param name="promptTokens">Tokens of their prompts that it computes.</param>
    /// <param name="seed">Decides the ranges.</param>
    public static RunEstimate Estimate(
        TrialRun trial, int sampledRows, double startSeconds, long readyRows, long copiedRows, long promptTokens,
        ulong seed)
    {
        var bits = new SeededBits(seed);
        var tokens = CompletionLengths.Mean(trial.Completions, readyRows, bits).Times(readyRows);
        var steps = Typical(trial.Steps);
        var costs = StepCosts.Fit(steps);
        return new RunEstimate(
            sampledRows,
            trial.Completions.Count,
            trial.Completions.Count(completion => completion.IsWhole),
            Math.Round(trial.Seconds, 3),
            Math.Round(startSeconds, 3),
            RateOf(costs.PromptSeconds),
            RateOf(costs.DecodeSeconds),
            tokens.Round(0),
            costs is { PromptSeconds: > 0, DecodeSeconds: > 0 } ? RunTime(steps, tokens.Times(Computed(readyRows, copiedRows)), promptTokens, startSeconds, bits).Round(1) : null);
    }

    private static double Computed(long rows, long copied) => rows == 0 ? 0 : (double)(rows - copied) / rows;

    /// <summary>Once nothing waits, the batch runs empty and tokens cost more; in a long job that is rare.</summary>
    private static StepTiming[] Typical(IReadOnlyList<StepTiming> steps)
    {
        var fed = steps.Where(step => step.IsFed).ToArray();
        return fed.Length >= FewestFedSteps ? fed : [.. steps];
    }

    // Neighbouring steps resemble each other, so stretches of them are resampled, not single ones (Kuensch 1989).
    private static Interval RunTime(
        StepTiming[] steps, Interval tokens, long promptTokens, double startSeconds, SeededBits bits)
    {
        var (lows, highs) = (new double[Resamples], new double[Resamples]);
        for (var index = 0; index < Resamples; index++)
        {
            var costs = StepCosts.Fit(Resample(steps, bits));
            lows[index] = Seconds(costs, tokens.Low);
            highs[index] = Seconds(costs, tokens.High);
        }

        var time = Interval.OfResamples(Seconds(StepCosts.Fit(steps), tokens.Likely), lows, highs);
        return new Interval(time.Low * (1 - MachineNoise), time.Likely, time.High * (1 + MachineNoise));

        double Seconds(StepCosts costs, double completionTokens) =>
            startSeconds + (promptTokens * costs.PromptSeconds) + (completionTokens * costs.DecodeSeconds);
    }

    private static StepTiming[] Resample(StepTiming[] steps, SeededBits bits)
    {
        var length = Math.Max(1, steps.Length / Blocks);
        var drawn = new List<StepTiming>(steps.Length + length);
        while (drawn.Count < steps.Length)
        {
            var start = (int)bits.Below(steps.Length - length + 1);
            drawn.AddRange(steps.AsSpan(start, length));
        }

        return [.. drawn];
    }

    private static double? RateOf(double seconds) => seconds > 0 ? Math.Round(1 / seconds, 1) : null;
}
