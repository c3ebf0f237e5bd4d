using System.Globalization;
using System.Text.RegularExpressions;

namespace BatchLLM.Jobs;

/// <summary>Names of the files of one job in its output directory.</summary>
/// <param name="OutputUri">Absolute URI of the directory.</param>
/// <param name="JobId">The job; its number is in the names of attempts, so that jobs never meet in one.</param>
/// <param name="Format">Format of the parts: decides their ending.</param>
public sealed partial record OutputLayout(string OutputUri, long JobId, DataFormat Format)
{
    private readonly string _root = OutputUri.TrimEnd('/');

    private const string HashesEnding = ".hashes";

    /// <summary>True if the hashes of rows are kept beside the parts, for a later run.</summary>
    public bool HasHashes { get; init; }

    /// <summary>The receipt. Its presence says that the output is whole.</summary>
    public string Receipt => $"{_root}/receipt.json";

    /// <summary>The receipt of an earlier job, while its files are removed.</summary>
    public string FormerReceipt => $"{_root}/_former-receipt.json";

    /// <summary>The rows of a canary, in JSON lines, until the job is published.</summary>
    public string Canary => $"{AttemptPrefix}canary.jsonl";

    /// <summary>The failed rows of all parts.</summary>
    public string Errors => $"{_root}/errors.jsonl";

    /// <summary>What may be left of this job once it is published: attempts, and what killed writers had begun.</summary>
    public IEnumerable<string> LeftoverPatterns =>
        [$"{AttemptPrefix}*", $"{_root}/.{AttemptName}*", $"{_root}/.receipt.json.*", $"{_root}/.errors.jsonl.*"];

    /// <summary>
    /// Refuses inputs that stand where the output goes, under names that outputs have: publishing would replace them, or
    /// remove them as the parts of an earlier job.
    /// </summary>
    /// <param name="outputUri">Absolute URI of the output directory.</param>
    /// <param name="inputs">The job's files.</param>
    /// <exception cref="BatchLLMException">There is such an input.</exception>
    public static void RefuseOwnInputs(string outputUri, IReadOnlyList<InputFile> inputs)
    {
        if (inputs.FirstOrDefault(input => IsPublished(outputUri, input.Uri)) is { } own)
        {
            throw new BatchLLMException(
                $"Input {own.Uri} stands in the job's output directory under a name that outputs have; the job would replace or " +
                "remove it. Choose another output, or inputs without it.");
        }
    }

    /// <summary>A file by its name.</summary>
    public string File(string name) => $"{_root}/{name}";

    /// <summary>A published part.</summary>
    public string Part(int shardIndex) => $"{_root}/{PartName(shardIndex)}{Ending}";

    /// <summary>The hashes of a published part.</summary>
    public string Hashes(int shardIndex) => File(HashesName(PartName(shardIndex) + Ending));

    /// <summary>The name of the file of hashes beside a part. Programs that read a whole directory pass over a leading underscore.</summary>
    public static string HashesName(string partName) => $"_{Path.GetFileNameWithoutExtension(partName)}{HashesEnding}";

    /// <summary>The hashes of a part under its epoch's name.</summary>
    public string HashesOf(string partAttempt) => partAttempt[..^Ending.Length] + HashesEnding;

    /// <summary>A part under the name that carries its epoch, so that two holders of a shard never write one file.</summary>
    public string PartAttempt(ShardLease lease) => Attempt(lease, Ending);

    /// <summary>The failed rows of a shard, under its epoch's name.</summary>
    public string ErrorsAttempt(ShardLease lease) => Attempt(lease, ".errors.jsonl");

    // An address of the same place may be written with other escapes.
    private static bool IsPublished(string outputUri, string uri)
    {
        var end = uri.LastIndexOf('/');
        return PublishedName().IsMatch(uri[(end + 1)..])
            && Uri.UnescapeDataString(uri[..end]) == Uri.UnescapeDataString(outputUri.TrimEnd('/'));
    }

    [GeneratedRegex(@"^(part-[0-9]{6,}\.(jsonl|parquet)|errors\.jsonl|receipt\.json)$")]
    private static partial Regex PublishedName();

    // No directory of its own: nothing to tidy up once the files are gone.
    private string AttemptPrefix => $"{_root}/{AttemptName}";

    private string AttemptName => string.Create(CultureInfo.InvariantCulture, $"_attempt-job-{JobId}-");

    private string Ending => Format == DataFormat.Parquet ? ".parquet" : ".jsonl";

    private static string PartName(int shardIndex) => string.Create(CultureInfo.InvariantCulture, $"part-{shardIndex:D6}");

    private string Attempt(ShardLease lease, string ending) => string.Create(
        CultureInfo.InvariantCulture,
        $"{AttemptPrefix}{PartName(lease.ShardIndex)}.epoch-{lease.Epoch}{ending}");
}
