namespace BatchLLM.Jobs;

/// <summary>Reads and tokenizes every row of a plan and runs nothing.</summary>
/// <param name="reader">Blob to rows to prompts to tokens, the same as when the job runs.</param>
public sealed class JobValidator(WindowReader reader)
{
    /// <summary>Validates a plan, shard by shard.</summary>
    /// <exception cref="BatchLLMException">A file is damaged beyond single rows.</exception>
    public async Task<ValidationReport> ValidateAsync(JobPlan plan, CancellationToken cancellationToken)
    {
        var report = new ValidationReport();
        foreach (var shard in plan.Shards)
        {
            foreach (var row in await reader.ReadShardAsync(plan.Inputs[shard.FileIndex], shard, cancellationToken))
            {
                report.Add(row);
            }
        }

        return report;
    }
}
