using BatchLLM.Benchmarks.Workloads;

namespace BatchLLM.Benchmarks.Simulation;

/// <summary>
/// First-come continuous batching with paged KV, chunked prompts and a prefix cache: what vLLM's version 1 scheduler does with
/// its defaults (vllm/v1/core/sched/scheduler.py and block_pool.py, read in 2026), apart from its block size and budgets,
/// which are the device's here, so that policies differ in nothing but policy.
/// </summary>
internal sealed class FirstComePolicy : IPolicy
{
    /// <inheritdoc/>
    public string Name => "first come";

    /// <inheritdoc/>
    public List<StepRecord> Run(Workload workload, Device device)
    {
        var scheduler = new FirstComeScheduler(device.Limits);
        for (var row = 0; row < workload.Rows.Length; row++)
        {
            scheduler.Add(new CachedRow(workload, row, device.Limits.KvBlockTokens));
        }

        var records = new List<StepRecord>();
        while (scheduler.HasWork)
        {
            scheduler.Plan();
            records.Add(Record(scheduler, device.Limits.StepTokenBudget));
            scheduler.Complete();
        }

        return records;
    }

    private static StepRecord Record(FirstComeScheduler scheduler, int budget)
    {
        var (work, promptTokens) = (default(StepWork), 0);
        var common = scheduler.CascadePositions;
        work.KvPositionsRead = common;
        foreach (var row in scheduler.Running)
        {
            if (row.Planned > 0)
            {
                work.AddSlice(row.Computed, row.Planned, Math.Min(common, row.Computed), row.Computed + row.Planned == row.Known);
                promptTokens += Math.Clamp(row.PromptCount - row.Computed, 0, row.Planned);
            }
        }

        return new StepRecord(work, work.Tokens, promptTokens, budget, scheduler.WaitingCount, scheduler.HeldBlocks);
    }
}
