using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using BatchLLM.Rows;

namespace BatchLLM.Jobs;

/// <summary>Reconciles a job with its committed shards.</summary>
public static class ReceiptBuilder
{
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The receipt of a job whose work is over.</summary>
    /// <param name="job">Completed or cancelled, with its final counts.</param>
    /// <param name="layout">Names of the published files.</param>
    /// <param name="shards">Its committed shards.</param>
    /// <param name="errors">The published error file; null if no row failed.</param>
    /// <exception cref="BatchLLMException">The numbers do not add up, so nothing may be called complete.</exception>
    /// <exception cref="ArgumentException">The job was never planned.</exception>
    public static Receipt Build(
        Job job, OutputLayout layout, IReadOnlyList<CommittedShard> shards, BlobDigest? errors)
    {
        var rows = Reconcile(job, shards);
        return new Receipt
        {
            Job = job.Id,
            Name = job.Definition.Name,
            Key = job.Definition.Key ?? throw new ArgumentException($"Job {job.Id} was never planned.", nameof(job)),
            State = IsCut(job) ? "cancelled" : "completed",
            CreatedAt = job.CreatedAt,
            Engine = job.Definition.Engine is JobSpec.Echo ? JobSpec.Echo : null,
            Numerics = job.Definition.Numerics,
            KvCache = job.Definition.KvCache,
            Rows = rows,
            PromptTokens = job.Counts.PromptTokens,
            SharedPromptTokens = job.Counts.SharedPromptTokens,
            CompletionTokens = job.Counts.CompletionTokens,
            CopiedRows = job.Counts.CopiedRows,
            ReusedRows = job.Counts.ReusedRows,
            Retries = job.Retries,
            RowHashes = layout.HasHashes,
            Inputs = [.. job.Definition.Inputs.Select(file => new ReceiptInput(file.Uri, file.Length, file.Version))],
            Parts = [.. shards.Select(shard => Part(job, layout, shard))],
            Errors = errors is null ? null : new ReceiptFile(NameOf(layout.Errors), errors.Length, errors.Sha256),
        };
    }

    /// <summary>The receipt's bytes: indented JSON, snake case, one line feed at the end.</summary>
    public static byte[] Serialize(Receipt receipt) => [.. JsonSerializer.SerializeToUtf8Bytes(receipt, Json), (byte)'\n'];

    /// <summary>Reads a receipt back; null if the bytes are something else.</summary>
    public static Receipt? TryParse(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize<Receipt>(json, Json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static ReceiptRows Reconcile(Job job, IReadOnlyList<CommittedShard> shards)
    {
        var sum = shards.Aggregate(default(RowCounts), (counts, shard) => counts + shard.Output.Counts);
        var covered = shards.Sum(shard => shard.Shard.Range.RowCount);
        var skipped = IsCut(job) ? job.Definition.RowCount - covered : 0;
        if (sum != job.Counts || sum.Done != covered || sum.Done + skipped != job.Definition.RowCount)
        {
            throw new BatchLLMException(string.Create(
                CultureInfo.InvariantCulture,
                $"Job {job.Id} does not reconcile: {job.Definition.RowCount} rows in, {sum.Done} in committed shards of " +
                $"{covered} rows, {job.Counts.Done} counted by the job, {skipped} skipped. The output is not published."));
        }

        return new ReceiptRows(job.Definition.RowCount, sum.Ok, sum.Truncated, sum.Failed, skipped);
    }

    /// <summary>True for a cancelled job, and for a retry of one: it leaves rows out that never ran.</summary>
    private static bool IsCut(Job job) => job.State == JobState.Cancelled || job.SkippedShards > 0;

    private static ReceiptPart Part(Job job, OutputLayout layout, CommittedShard shard) => new(
        NameOf(layout.Part(shard.ShardIndex)),
        shard.Output.Part.Length,
        shard.Output.Part.Sha256,
        job.Definition.Inputs[shard.Shard.FileIndex].Uri,
        shard.Shard.Range.FirstRow,
        shard.Shard.Range.RowCount,
        shard.Output.Counts.Ok,
        shard.Output.Counts.Truncated,
        shard.Output.Counts.Failed);

    private static string NameOf(string uri) => uri[(uri.LastIndexOf('/') + 1)..];
}
