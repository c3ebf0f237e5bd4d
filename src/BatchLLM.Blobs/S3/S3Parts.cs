using Amazon.S3;
using Amazon.S3.Model;
using BatchLLM.Blobs.Remote;

namespace BatchLLM.Blobs.S3;

/// <summary>
/// An object as it is written: an upload in parts, or one request for what is no longer than a part, which is as atomic.
/// </summary>
internal sealed class S3Parts(S3Service service, S3Address address) : IBlockTarget
{
    /// <summary>
    /// Bytes of a part. The service takes 10,000 of them: 156 GiB. All but the last are equally long, as some services want.
    /// </summary>
    internal const int Bytes = 16 << 20;

    private readonly S3Upload _upload = new(service, address);

    /// <inheritdoc/>
    public int BlockBytes => Bytes;

    /// <inheritdoc/>
    public Task StageAsync(ArraySegment<byte> block, CancellationToken cancellationToken) =>
        _upload.AddAsync(block, cancellationToken);

    /// <inheritdoc/>
    public async Task CommitAsync(ArraySegment<byte> last, CancellationToken cancellationToken)
    {
        if (!_upload.HasBegun)
        {
            await service.AskAsync(
                "write", address, (client, clock) => client.PutObjectAsync(Whole(last, clock), clock.Token), cancellationToken);
            return;
        }

        if (last.Count > 0)
        {
            await _upload.AddAsync(last, cancellationToken);
        }

        await _upload.JoinAsync(cancellationToken);
    }

    /// <summary>Leaves nothing behind of a write that failed.</summary>
    public Task GiveUpAsync() => _upload.HasBegun ? _upload.GiveUpAsync() : Task.CompletedTask;

    private PutObjectRequest Whole(ArraySegment<byte> bytes, SilenceClock clock)
    {
        var request = new PutObjectRequest
        {
            BucketName = address.Bucket,
            Key = address.Key,
            InputStream = new MemoryStream(bytes.Array!, bytes.Offset, bytes.Count, writable: false),
            ChecksumAlgorithm = ChecksumAlgorithm.CRC32,
            UseChunkEncoding = false,
        };
        request.StreamTransferProgress += (_, _) => clock.Heard();
        return request;
    }
}
