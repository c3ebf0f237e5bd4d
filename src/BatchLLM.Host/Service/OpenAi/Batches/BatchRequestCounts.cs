using BatchLLM.Batches;

namespace BatchLLM.Host.Service.OpenAi.Batches;

/// <summary>Requests of a batch by how they ended.</summary>
/// <param name="Total">In its input; 0 before they were counted.</param>
/// <param name="Completed">With an answer, one that max_tokens cut off included.</param>
/// <param name="Failed">With an error. Those that were never run are neither.</param>
internal sealed record BatchRequestCounts(int Total, int Completed, int Failed)
{
    /// <summary>Those of a batch.</summary>
    public static BatchRequestCounts Of(Batch batch)
    {
        var counts = batch.Job?.Counts ?? default;
        return new BatchRequestCounts(Narrow(batch.RequestCount ?? 0), Narrow(counts.Ok + counts.Truncated), Narrow(counts.Failed));
    }

    // The official .NET client reads 32 bits.
    private static int Narrow(long count) => (int)Math.Min(count, int.MaxValue);
}
