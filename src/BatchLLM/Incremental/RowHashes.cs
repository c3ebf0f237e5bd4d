using System.Buffers.Binary;
using BatchLLM.Rows;

namespace BatchLLM.Incremental;

/// <summary>
/// The hashes of a part's rows in a file beside it, so that the next run knows its answers again: a mark, the part's SHA-256, and
/// 16 bytes for each row in the part's order; zeros for one without an answer. Of blob storage, not of the database: there is a
/// hash for each row.
/// </summary>
public static class RowHashes
{
    private const int HeaderBytes = 8 + 32;

    private static ReadOnlySpan<byte> Mark => "BLLMHSH1"u8;

    /// <summary>Writes the file.</summary>
    /// <param name="blobs">Where the output lives.</param>
    /// <param name="uri">Its name.</param>
    /// <param name="part">The part.</param>
    /// <param name="rows">The part's rows.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="BatchLLMException">The place is not writable or out of room.</exception>
    public static Task WriteAsync(
        IBlobStore blobs, string uri, BlobDigest part, IEnumerable<CompletedRow> rows, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(blobs);
        ArgumentNullException.ThrowIfNull(part);
        byte[] bytes = [.. Mark, .. Convert.FromHexString(part.Sha256), .. rows.SelectMany(BytesOf)];
        return blobs.WriteAsync(uri, (stream, token) => stream.WriteAsync(bytes, token).AsTask(), cancellationToken);
    }

    /// <summary>Reads the file.</summary>
    /// <param name="blobs">Where the output lives.</param>
    /// <param name="uri">Its name.</param>
    /// <param name="partSha256">Of the part, as its receipt has it.</param>
    /// <param name="rows">Rows of the part.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>A hash for each row; null if there is no such file, or if it is another part's.</returns>
    /// <exception cref="BatchLLMException">The file is there and cannot be read.</exception>
    public static async Task<UInt128[]?> ReadAsync(
        IBlobStore blobs, string uri, string partSha256, long rows, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(blobs);
        await foreach (var blob in blobs.ListAsync(uri, cancellationToken))
        {
            if (blob.Length != HeaderBytes + (rows * ContentHash.Bytes))
            {
                return null;
            }

            await using var stream = await blobs.OpenReadAsync(blob.Uri, cancellationToken);
            var bytes = new byte[blob.Length];
            await stream.ReadExactlyAsync(bytes, cancellationToken);
            return IsOf(bytes, partSha256) ? Parse(bytes) : null;
        }

        return null;
    }

    private static bool IsOf(ReadOnlySpan<byte> bytes, string partSha256) =>
        bytes.StartsWith(Mark) && Convert.ToHexStringLower(bytes[Mark.Length..HeaderBytes]) == partSha256;

    private static UInt128[] Parse(byte[] bytes)
    {
        var hashes = new UInt128[(bytes.Length - HeaderBytes) / ContentHash.Bytes];
        for (var row = 0; row < hashes.Length; row++)
        {
            hashes[row] = BinaryPrimitives.ReadUInt128LittleEndian(bytes.AsSpan(HeaderBytes + (row * ContentHash.Bytes)));
        }

        return hashes;
    }

    private static byte[] BytesOf(CompletedRow row)
    {
        var bytes = new byte[ContentHash.Bytes];
        BinaryPrimitives.WriteUInt128LittleEndian(bytes, row.ContentHash);
        return bytes;
    }
}
