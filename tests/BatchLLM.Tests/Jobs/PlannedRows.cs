using BatchLLM.Blobs;
using BatchLLM.Blobs.Files;
using BatchLLM.Jobs;
using Xunit;

namespace BatchLLM.Tests.Jobs;

/// <summary>A job over a small JSONL file.</summary>
internal static class PlannedRows
{
    /// <summary>Writes the file and plans the job.</summary>
    /// <param name="path">Where the file goes; its time is always the same.</param>
    /// <param name="content">The file.</param>
    /// <param name="rowsPerShard">Rows of each shard but the last; null leaves it open.</param>
    public static async Task<(Job Job, IReadOnlyList<NewShard> Shards)> PlanAsync(string path, string content, int? rowsPerShard)
    {
        await File.WriteAllTextAsync(path, content, TestContext.Current.CancellationToken);
        File.SetLastWriteTimeUtc(path, new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        string[] settings = rowsPerShard is null ? [] : [$"policies.rows_per_shard={rowsPerShard}"];
        var spec = JobSchema.Parse(JobSchema.Minimal(), [$"input=file://{path}", .. settings]).Require();
        var blobs = new FileBlobStore();
        var planner = new JobPlanner(
            blobs, format => RowReaders.For(format, blobs), DataFormats.Resolve, () => throw new NotSupportedException());
        var plan = await planner.PlanAsync(spec, TestContext.Current.CancellationToken);
        var job = new Job
        {
            Id = 1,
            Definition = new NewJob("j", "k", JobSpecJson.Write(spec), "m", "file:///out", plan.Inputs, plan.RowCount),
            State = JobState.Running,
            Counts = default,
            ShardCount = plan.Shards.Count,
            CommittedShards = 0,
            CreatedAt = default,
        };
        return (job, plan.Shards);
    }
}
