using System.Text.Json.Serialization;

namespace BatchLLM.Jobs;

/// <summary>
/// The proof that a job's output is whole: rows in = ok + truncated + failed + skipped, with a checksum per file. Made only
/// from what the store holds, so that writing it again gives the same bytes.
/// </summary>
public sealed record Receipt
{
    /// <summary>Number of the job.</summary>
    public required long Job { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Digest of what decides the output; see <see cref="NewJob.Key"/>.</summary>
    public required string Key { get; init; }

    /// <summary>completed or cancelled.</summary>
    public required string State { get; init; }

    /// <summary>When the job was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>
    /// echo if no model computed the answers; left out for a model's, so that receipts of earlier versions keep their bytes.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Engine { get; init; }

    /// <summary>How linear layers were computed; null if the job is of a version that did not choose.</summary>
    public required string? Numerics { get; init; }

    /// <summary>What the KV cache held; null if the job is of a version that did not choose.</summary>
    public required string? KvCache { get; init; }

    /// <summary>The reconciliation.</summary>
    public required ReceiptRows Rows { get; init; }

    /// <summary>Tokens of all prompts that were tokenized.</summary>
    public required long PromptTokens { get; init; }

    /// <summary>
    /// Those that were not computed, because another row's keys and values or answer stood in for them. Left out if there are
    /// none, as is the next count: receipts of versions that did not share keep their bytes.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long SharedPromptTokens { get; init; }

    /// <summary>Tokens generated, those of copied rows included.</summary>
    public required long CompletionTokens { get; init; }

    /// <summary>Rows whose answer is a copy of an identical row's.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long CopiedRows { get; init; }

    /// <summary>Rows whose answer is that of an earlier run. Left out if there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long ReusedRows { get; init; }

    /// <summary>How often the job's failed rows were computed again. Left out if never.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Retries { get; init; }

    /// <summary>True if the hashes of rows stand beside the parts, for a later run. Left out if not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool RowHashes { get; init; }

    /// <summary>What was read.</summary>
    public required IReadOnlyList<ReceiptInput> Inputs { get; init; }

    /// <summary>What was written, in row order.</summary>
    public required IReadOnlyList<ReceiptPart> Parts { get; init; }

    /// <summary>The file of failed rows; null if none failed.</summary>
    public required ReceiptFile? Errors { get; init; }
}
