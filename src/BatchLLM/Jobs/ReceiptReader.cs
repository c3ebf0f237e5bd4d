using System.Security.Cryptography;
using BatchLLM.Rows;

namespace BatchLLM.Jobs;

/// <summary>Reads the receipt that stands in an output directory.</summary>
public static class ReceiptReader
{
    /// <summary>The receipt; null if there is none, or if the file is something else.</summary>
    /// <param name="blobs">Where the output lives.</param>
    /// <param name="uri">The receipt's absolute URI.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="BatchLLMException">The file is there and cannot be read.</exception>
    public static async Task<Receipt?> ReadAsync(IBlobStore blobs, string uri, CancellationToken cancellationToken) =>
        await ReadBytesAsync(blobs, uri, sha256: null, cancellationToken) is { } bytes ? ReceiptBuilder.TryParse(bytes) : null;

    /// <summary>The receipt, if it is to the byte the one that the store knows.</summary>
    /// <param name="blobs">Where the output lives.</param>
    /// <param name="uri">The receipt's absolute URI.</param>
    /// <param name="sha256">Digest of its bytes, lower-case hexadecimal.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>Null if there is none, or another.</returns>
    /// <exception cref="BatchLLMException">The file is there and cannot be read.</exception>
    public static async Task<Receipt?> ReadAsync(IBlobStore blobs, string uri, string sha256, CancellationToken cancellationToken) =>
        await ReadBytesAsync(blobs, uri, sha256, cancellationToken) is { } bytes ? ReceiptBuilder.TryParse(bytes) : null;

    // Whoever knows the digest takes nothing else into memory: a file of that name may be as large as somebody likes.
    private static async Task<byte[]?> ReadBytesAsync(IBlobStore blobs, string uri, string? sha256, CancellationToken cancellationToken)
    {
        await foreach (var blob in blobs.ListAsync(uri, cancellationToken))
        {
            await using var stream = await blobs.OpenReadAsync(blob.Uri, cancellationToken);
            if (sha256 is not null && Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken)) != sha256)
            {
                return null;
            }

            stream.Position = 0;
            var bytes = new byte[stream.Length];
            await stream.ReadExactlyAsync(bytes, cancellationToken);
            return bytes;
        }

        return null;
    }
}
