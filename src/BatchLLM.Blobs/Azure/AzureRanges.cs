using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using BatchLLM.Blobs.Remote;

namespace BatchLLM.Blobs.Azure;

/// <summary>
/// A blob's ranges. Every request names the version that was opened, so a blob that changes meanwhile is an error and
/// never a mixture. A body that breaks off is asked for again from the byte that was reached, by the client library; what
/// arrives is as long as was asked for, or an error.
/// </summary>
internal sealed class AzureRanges(BlockBlobClient blob, AzureAddress address, ETag version) : IRangeSource
{
    /// <summary>Opens a blob.</summary>
    /// <exception cref="BatchLLMException">It is missing or unreadable.</exception>
    public static async ValueTask<Stream> OpenAsync(
        BlockBlobClient blob, AzureAddress address, CancellationToken cancellationToken)
    {
        try
        {
            BlobProperties found = await blob.GetPropertiesAsync(null, cancellationToken);
            return new RangedReadStream(new AzureRanges(blob, address, found.ETag), found.ContentLength);
        }
        catch (Exception e) when (AzureFailure.IsOutside(e, cancellationToken))
        {
            throw AzureFailure.Describe(e, "read", address);
        }
    }

    /// <inheritdoc/>
    public async Task ReadAsync(long start, Memory<byte> range, CancellationToken cancellationToken)
    {
        var options = new BlobDownloadOptions
        {
            Range = new HttpRange(start, range.Length),
            Conditions = new BlobRequestConditions { IfMatch = version },
        };
        try
        {
            using var answer = (await blob.DownloadStreamingAsync(options, cancellationToken)).Value;
            await answer.Content.ReadExactlyAsync(range, cancellationToken);
        }
        catch (Exception e) when (AzureFailure.IsOutside(e, cancellationToken))
        {
            throw AzureFailure.Describe(e, "read", address);
        }
    }
}
