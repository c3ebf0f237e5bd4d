using System.Text.Json;
using BatchLLM.Jobs;
using BatchLLM.Rows;

namespace BatchLLM.Postgres.Jobs;

/// <summary>What a shard had committed before it is run again: <c>former</c> of a row of <c>batchllm.shards</c>.</summary>
internal sealed record FormerShard(
    long Ok,
    long Truncated,
    long Failed,
    long PromptTokens,
    long CompletionTokens,
    long SharedPromptTokens,
    long CopiedRows,
    long ReusedRows,
    long PartLength,
    string PartSha256)
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    internal static FormerOutcome Read(string json)
    {
        var former = JsonSerializer.Deserialize<FormerShard>(json, Json)!;
        var counts = new RowCounts(former.Ok, former.Truncated, former.Failed, former.PromptTokens, former.CompletionTokens)
        {
            SharedPromptTokens = former.SharedPromptTokens,
            CopiedRows = former.CopiedRows,
            ReusedRows = former.ReusedRows,
        };
        return new FormerOutcome(counts, new BlobDigest(former.PartLength, former.PartSha256));
    }
}
