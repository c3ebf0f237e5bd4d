using BatchLLM.Benchmarks.Workloads;

namespace BatchLLM.Benchmarks.Simulation;

/// <summary>What one policy made of one workload on one device.</summary>
/// <param name="Device">Device and model.</param>
/// <param name="Workload">The workload's name.</param>
/// <param name="Rows">The workload's rows.</param>
/// <param name="Policy">The policy's name.</param>
/// <param name="Steps">Forward passes.</param>
/// <param name="PromptTokens">Prompt tokens of all rows.</param>
/// <param name="PromptTokensComputed">Prompt positions computed, those of preempted rows again; padding not counted.</param>
/// <param name="AttainableSavings">Prompt tokens that need not be computed if each block of the radix tree is computed once.</param>
/// <param name="SavingsShare">Share of the attainable savings; null if there are none. Negative if preemptions cost more.</param>
/// <param name="RecomputedTokens">Generated tokens computed again after a preemption.</param>
/// <param name="KvBlocks">KV blocks in all.</param>
/// <param name="KvPeakBlocks">Most KV blocks held in a step.</param>
/// <param name="StepsBeforeTail">Steps up to the last after whose planning a row still waited.</param>
/// <param name="Occupancy">Useful positions over room for positions in the steps before the tail; null if there are none.</param>
/// <param name="KvShareBeforeTail">Mean share of the KV blocks held in those steps.</param>
/// <param name="TailSeconds">Time of the steps in the tail.</param>
/// <param name="MakespanSeconds">Time of all steps.</param>
/// <param name="BoundSeconds">Time that no policy can beat.</param>
/// <param name="BoundBy">What sets the bound.</param>
/// <param name="MakespanOverBound">1 is perfect.</param>
internal sealed record PolicyResult(
    string Device,
    string Workload,
    int Rows,
    string Policy,
    int Steps,
    long PromptTokens,
    long PromptTokensComputed,
    long AttainableSavings,
    double? SavingsShare,
    long RecomputedTokens,
    int KvBlocks,
    int KvPeakBlocks,
    int StepsBeforeTail,
    double? Occupancy,
    double? KvShareBeforeTail,
    double TailSeconds,
    double MakespanSeconds,
    double BoundSeconds,
    string BoundBy,
    double MakespanOverBound)
{
    /// <summary>Works a run's figures out.</summary>
    /// <exception cref="InvalidOperationException">The steps cannot be those of the whole workload.</exception>
    public static PolicyResult Of(
        string policy, Workload workload, Device device, AttainableSharing sharing, MakespanBound bound, List<StepRecord> steps)
    {
        var computed = steps.Sum(step => (long)step.PromptTokens);
        var seconds = steps.Sum(step => device.StepSeconds(step.Work));
        var decoded = steps.Sum(step => (long)step.UsefulTokens) - computed;
        var due = Enumerable.Range(0, workload.Rows.Length).Sum(row => (long)workload.OutputTokens(row) - 1);
        Check(policy, workload, seconds, bound, decoded, due);
        var tail = steps.FindLastIndex(step => step.Waiting > 0) + 1;
        var before = steps[..tail];
        return new PolicyResult(
            device.Name,
            workload.Name,
            workload.Rows.Length,
            policy,
            steps.Count,
            workload.PromptTokens,
            computed,
            sharing.Tokens,
            Share(workload.PromptTokens - computed, sharing.Tokens),
            decoded - due,
            device.Limits.KvBlockCount,
            steps.Max(step => step.KvBlocks),
            tail,
            Share(before.Sum(step => (long)step.UsefulTokens), before.Sum(step => (long)step.Slots)),
            Share(before.Sum(step => (long)step.KvBlocks), (long)tail * device.Limits.KvBlockCount),
            steps[tail..].Sum(step => device.StepSeconds(step.Work)),
            seconds,
            bound.Seconds,
            bound.Name,
            seconds / bound.Seconds);
    }

    private static double? Share(long part, long whole) => whole == 0 ? null : (double)part / whole;

    // A run that did less than it had to, or did it faster than is possible, was not a run.
    private static void Check(
        string policy, Workload workload, double seconds, MakespanBound bound, long decoded, long due)
    {
        if (decoded < due)
        {
            throw new InvalidOperationException(
                $"'{policy}' computed {decoded} generated tokens of '{workload.Name}'; expected at least {due}.");
        }

        if (seconds < bound.Seconds * (1 - 1e-9))
        {
            throw new InvalidOperationException(
                $"'{policy}' ran '{workload.Name}' in {seconds} s; no policy can in less than {bound.Seconds} s ({bound.Name}).");
        }
    }
}
