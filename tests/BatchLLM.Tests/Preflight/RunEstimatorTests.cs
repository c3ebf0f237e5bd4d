using BatchLLM.Preflight;
using Xunit;

namespace BatchLLM.Tests.Preflight;

public sealed class RunEstimatorTests
{
    private const double PromptSeconds = 0.001;
    private const double DecodeSeconds = 0.004;

    [Fact]
    public void Costs_of_mixed_steps_are_told_apart()
    {
        var costs = StepCosts.Fit(Steps(40, noise: 0));

        Assert.Equal(PromptSeconds, costs.PromptSeconds, 9);
        Assert.Equal(DecodeSeconds, costs.DecodeSeconds, 9);
    }

    [Fact]
    public void Steps_of_one_mix_cost_the_same_for_each_position()
    {
        var costs = StepCosts.Fit([new StepTiming(300, 200, 1, true), new StepTiming(300, 200, 1, true)]);

        Assert.Equal((0.002, 0.002), (costs.PromptSeconds, costs.DecodeSeconds));
    }

    [Fact]
    public void Run_time_is_start_and_prompts_and_completions()
    {
        var estimate = Estimate(Steps(40, noise: 0));

        Assert.Equal(50_000, estimate.CompletionTokens.Likely);
        Assert.Equal(3 + (PromptSeconds * 100_000) + (DecodeSeconds * 50_000), estimate.RunSeconds!.Likely, 1);
        Assert.InRange(estimate.RunSeconds.Low, 0, estimate.RunSeconds.Likely);
        Assert.InRange(estimate.RunSeconds.Likely, 0, estimate.RunSeconds.High);
    }

    [Fact]
    public void Without_a_decoded_token_there_is_no_run_time()
    {
        var estimate = Estimate([new StepTiming(500, 0, 1, true)]);

        Assert.Null(estimate.RunSeconds);
        Assert.Null(estimate.CompletionTokensPerSecond);
        Assert.Equal(500, estimate.PromptTokensPerSecond);
    }

    [Fact]
    public void One_seed_gives_one_estimate()
    {
        var steps = Steps(40, noise: 0.2);

        Assert.Equal(Estimate(steps), Estimate(steps));
    }

    [Fact]
    public void Rows_that_are_copied_count_as_completed_but_take_no_time()
    {
        var (all, half) = (Estimate(Steps(40, noise: 0)), Estimate(Steps(40, noise: 0), copiedRows: 500));

        Assert.Equal(all.CompletionTokens, half.CompletionTokens);
        Assert.Equal(500 * 50 * DecodeSeconds, all.RunSeconds!.Likely - half.RunSeconds!.Likely, tolerance: 0.11);
    }

    private static RunEstimate Estimate(StepTiming[] steps, long copiedRows = 0) => RunEstimator.Estimate(
        new TrialRun([.. Enumerable.Repeat(new CompletionLength(50, true, 64), 10)], steps, 8), 10, 3, 1000, copiedRows, 100_000, seed: 5);

    private static StepTiming[] Steps(int count, double noise)
    {
        var random = new Random(3);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(400)).Select(prompt => new StepTiming(
            prompt, 512 - prompt, ((prompt * PromptSeconds) + ((512 - prompt) * DecodeSeconds)) * (1 + (noise * random.NextDouble())), true))];
    }
}
