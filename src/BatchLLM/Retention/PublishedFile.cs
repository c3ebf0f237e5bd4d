using BatchLLM.Jobs;

namespace BatchLLM.Retention;

/// <summary>A file of a job's output, besides the receipt that names it.</summary>
/// <param name="Name">In the output directory.</param>
/// <param name="Bytes">Its size; 0 for hashes.</param>
/// <param name="Sha256">Its checksum, lower-case hexadecimal; empty for hashes.</param>
/// <param name="HashesOf">The part of whose rows it has the hashes; null for any other file.</param>
public sealed record PublishedFile(string Name, long Bytes, string Sha256, ReceiptPart? HashesOf)
{
    /// <summary>All that a receipt names. A name with a path in it is none of ours.</summary>
    public static IEnumerable<PublishedFile> Of(Receipt receipt)
    {
        ArgumentNullException.ThrowIfNull(receipt);
        var parts = receipt.Parts.Select(part => new PublishedFile(part.File, part.Bytes, part.Sha256, HashesOf: null));
        var hashes = receipt.RowHashes ? receipt.Parts.Select(part => new PublishedFile(OutputLayout.HashesName(part.File), 0, "", part)) : [];
        var errors = receipt.Errors is { } file ? [new PublishedFile(file.File, file.Bytes, file.Sha256, HashesOf: null)] : Array.Empty<PublishedFile>();
        return parts.Concat(hashes).Concat(errors).Where(file => !file.Name.Contains('/', StringComparison.Ordinal));
    }
}
