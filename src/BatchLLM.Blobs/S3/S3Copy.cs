using Amazon.S3.Model;

namespace BatchLLM.Blobs.S3;

/// <summary>
/// Copies an object within the service: in one request, or in parts where the service wants that. Either way the copy
/// stands whole or not at all.
/// </summary>
/// <param name="service">The service.</param>
/// <param name="wholeBytes">What is no longer takes one request.</param>
/// <param name="partBytes">Bytes of a part of what is longer.</param>
internal sealed class S3Copy(S3Service service, long wholeBytes, long partBytes)
{
    /// <summary>"Copying objects" of the S3 User Guide: one request copies up to 5 GiB, and a part is no longer.</summary>
    internal const long MostBytes = 5L << 30;

    /// <summary>Copies a version of an object.</summary>
    /// <exception cref="BatchLLMException">The service refused.</exception>
    public Task CopyAsync(S3Address source, S3Head found, S3Address target, CancellationToken cancellationToken) =>
        found.Length <= wholeBytes
            ? CopyWholeAsync(source, target, cancellationToken)
            : CopyPartsAsync(source, found, target, cancellationToken);

    // Without a condition on the version: one request copies one version, and not every service understands a condition on
    // an object that was uploaded in parts.
    private async Task CopyWholeAsync(S3Address source, S3Address target, CancellationToken cancellationToken)
    {
        var request = new CopyObjectRequest
        {
            SourceBucket = source.Bucket,
            SourceKey = source.Key,
            DestinationBucket = target.Bucket,
            DestinationKey = target.Key,
        };
        await service.AskForWorkAsync(
            $"move {source} to", target, (client, clock) => client.CopyObjectAsync(request, clock.Token), cancellationToken);
    }

    private async Task CopyPartsAsync(
        S3Address source, S3Head found, S3Address target, CancellationToken cancellationToken)
    {
        var upload = new S3Upload(service, target);
        try
        {
            for (var start = 0L; start < found.Length; start += partBytes)
            {
                var length = Math.Min(partBytes, found.Length - start);
                await upload.AddCopyAsync(source, found.Version, start, length, cancellationToken);
            }

            await upload.JoinAsync(cancellationToken);
        }
        catch
        {
            await upload.GiveUpAsync();
            throw;
        }
    }
}
