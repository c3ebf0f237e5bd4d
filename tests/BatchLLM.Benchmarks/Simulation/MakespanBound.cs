using BatchLLM.Benchmarks.Workloads;

namespace BatchLLM.Benchmarks.Simulation;

/// <summary>
/// Times that no order of the work can beat, each by itself: nobody who plans knows enough to reach them all, but nobody is
/// faster than the largest.
/// </summary>
/// <param name="Arithmetic">Everything that must be computed at the full rate, with all attainable savings.</param>
/// <param name="Traffic">Weights once per step, for the fewest steps; each row's own keys and values once per token.</param>
/// <param name="Chain">The longest single row, alone on the device: its tokens need each other.</param>
/// <param name="Steps">
/// The fewest steps: by the token budget, by the longest row, by the KV blocks that all rows occupy, each for as long as it
/// generates.
/// </param>
internal sealed record MakespanBound(double Arithmetic, double Traffic, double Chain, long Steps)
{
    /// <summary>Seconds; the largest.</summary>
    public double Seconds => Math.Max(Chain, Math.Max(Arithmetic, Traffic));

    /// <summary>Which one it is.</summary>
    public string Name => Seconds == Chain ? "chain" : Seconds == Arithmetic ? "arithmetic" : "traffic";

    /// <summary>The bounds of a workload on a device.</summary>
    public static MakespanBound Of(Workload workload, Device device, AttainableSharing sharing)
    {
        var least = default(LeastWork);
        var (chain, chainSteps) = (0.0, 0L);
        for (var row = 0; row < workload.Rows.Length; row++)
        {
            least.Add(workload, row, sharing);
            var (seconds, steps) = ChainOf(workload, row, device);
            (chain, chainSteps) = (Math.Max(chain, seconds), Math.Max(chainSteps, steps));
        }

        var fewest = Math.Max(chainSteps, Math.Max(
            (least.Tokens + device.Limits.StepTokenBudget - 1) / device.Limits.StepTokenBudget,
            least.KvPositionSteps / device.KvPositions));
        var fixedSeconds = fewest * device.FixedSeconds;
        return new MakespanBound(
            device.ArithmeticSeconds(least.Tokens, least.Choices, least.AttentionPairs) + fixedSeconds,
            device.TrafficSeconds(fewest, least.KvPositionSteps + least.Tokens) + fixedSeconds,
            chain,
            fewest);
    }

    // The prompt in chunks of a whole step, then token by token.
    private static (double Seconds, long Steps) ChainOf(Workload workload, int row, Device device)
    {
        var prompt = workload.Rows[row].PromptTokens.Length;
        var (seconds, steps) = (0.0, 0L);
        for (var start = 0; start < workload.Positions(row); steps++)
        {
            var count = start < prompt ? Math.Min(prompt - start, device.Limits.StepTokenBudget) : 1;
            var work = default(StepWork);
            work.AddSlice(start, count, readFrom: 0, chooses: start + count >= prompt);
            seconds += device.StepSeconds(work);
            start += count;
        }

        return (seconds, steps);
    }

    // Summed over all rows.
    private struct LeastWork
    {
        public long Tokens;
        public long Choices;
        public long AttentionPairs;
        public long KvPositionSteps; // own positions held, over the steps that generate

        public void Add(Workload workload, int row, AttainableSharing sharing)
        {
            var (prompt, positions) = (workload.Rows[row].PromptTokens.Length, workload.Positions(row));
            var saved = sharing.Saved(row);
            Tokens += positions - saved;
            Choices += workload.OutputTokens(row);
            AttentionPairs += StepWork.Pairs(saved, positions - saved);
            KvPositionSteps += StepWork.Pairs(prompt - sharing.Shared(row), positions - prompt);
        }
    }
}
