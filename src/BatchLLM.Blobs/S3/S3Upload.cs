using System.Net;
using Amazon.S3;
using Amazon.S3.Model;

namespace BatchLLM.Blobs.S3;

/// <summary>
/// One upload in parts. Each part is sent with its CRC-32 and its SHA-256, and nothing stands under the key until they are
/// joined. The service keeps the parts of an upload that is neither joined nor given up, as of a process that was killed,
/// until a rule of the bucket removes them (AbortIncompleteMultipartUpload).
/// </summary>
internal sealed class S3Upload(S3Service service, S3Address address)
{
    private const string WriterKey = "batchllm-writer";

    // Tells this upload's object from another's, where the answer to the last request was lost.
    private readonly string _writer = Guid.NewGuid().ToString("N");
    private readonly List<PartETag> _parts = [];
    private string? _id;

    /// <summary>True if there is something to join or to give up.</summary>
    public bool HasBegun => _id is not null;

    /// <summary>Sends the next part.</summary>
    /// <exception cref="BatchLLMException">The service refused.</exception>
    public async Task AddAsync(ArraySegment<byte> bytes, CancellationToken cancellationToken)
    {
        await BeginAsync(cancellationToken);
        var number = _parts.Count + 1;
        var part = await service.AskAsync(
            "write", address, (client, clock) => client.UploadPartAsync(Part(number, bytes, clock), clock.Token), cancellationToken);
        _parts.Add(new PartETag(number, part.ETag) { ChecksumCRC32 = part.ChecksumCRC32 });
    }

    /// <summary>Has the service copy the next part from a version of an object.</summary>
    /// <exception cref="BatchLLMException">The service refused, or the version is no more.</exception>
    public async Task AddCopyAsync(
        S3Address source, string version, long start, long length, CancellationToken cancellationToken)
    {
        await BeginAsync(cancellationToken);
        var number = _parts.Count + 1;
        var request = new CopyPartRequest
        {
            SourceBucket = source.Bucket,
            SourceKey = source.Key,
            ETagToMatch = [version],
            FirstByte = start,
            LastByte = start + length - 1,
            DestinationBucket = address.Bucket,
            DestinationKey = address.Key,
            UploadId = _id,
            PartNumber = number,
        };
        var part = await service.AskForWorkAsync(
            $"move {source} to", address, (client, clock) => CopyAsync(client, request, source, clock.Token), cancellationToken);
        _parts.Add(new PartETag(number, part.ETag) { ChecksumCRC32 = part.ChecksumCRC32 });
    }

    /// <summary>Makes the object stand, whole, in place of what stood there.</summary>
    /// <exception cref="BatchLLMException">The service refused.</exception>
    public Task JoinAsync(CancellationToken cancellationToken) =>
        service.AskForWorkAsync("write", address, JoinAsync, cancellationToken);

    /// <summary>Has the service forget the parts, if it answers at once.</summary>
    public async Task GiveUpAsync()
    {
        try
        {
            await service.Once().AskAsync(
                "write",
                address,
                (client, clock) => client.AbortMultipartUploadAsync(address.Bucket, address.Key, _id, clock.Token),
                CancellationToken.None);
        }
        catch (BatchLLMException)
        {
            // The reason for giving up is on its way up already; parts that stay behind add nothing to it.
        }
    }

    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        if (HasBegun)
        {
            return;
        }

        var request = new InitiateMultipartUploadRequest
        {
            BucketName = address.Bucket,
            Key = address.Key,
            ChecksumAlgorithm = ChecksumAlgorithm.CRC32,
            Metadata = { [WriterKey] = _writer },
        };
        var answer = await service.AskAsync(
            "write", address, (client, clock) => client.InitiateMultipartUploadAsync(request, clock.Token), cancellationToken);
        _id = answer.UploadId;
    }

    // A stream of its own for each attempt: one that was given up may still be reading.
    private UploadPartRequest Part(int number, ArraySegment<byte> bytes, SilenceClock clock)
    {
        var request = new UploadPartRequest
        {
            BucketName = address.Bucket,
            Key = address.Key,
            UploadId = _id,
            PartNumber = number,
            PartSize = bytes.Count,
            InputStream = new MemoryStream(bytes.Array!, bytes.Offset, bytes.Count, writable: false),
            ChecksumAlgorithm = ChecksumAlgorithm.CRC32,
            UseChunkEncoding = false, // not every service that speaks the protocol knows it
        };
        request.StreamTransferProgress += (_, _) => clock.Heard();
        return request;
    }

    private static async Task<CopyPartResponse> CopyAsync(
        AmazonS3Client client, CopyPartRequest request, S3Address source, CancellationToken cancellationToken)
    {
        try
        {
            return await client.CopyPartAsync(request, cancellationToken);
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.PreconditionFailed)
        {
            throw S3Failure.Changed(source);
        }
    }

    private async Task<bool> JoinAsync(AmazonS3Client client, SilenceClock clock)
    {
        var request = new CompleteMultipartUploadRequest
        {
            BucketName = address.Bucket,
            Key = address.Key,
            UploadId = _id,
            PartETags = _parts,
        };
        try
        {
            await client.CompleteMultipartUploadAsync(request, clock.Token);
        }
        catch (AmazonS3Exception e) when (e.ErrorCode == "NoSuchUpload")
        {
            // Perhaps an attempt whose answer was lost has joined them.
            if (!await StandsAsync(client, clock))
            {
                throw;
            }
        }

        return true;
    }

    /// <summary>True if this upload's object stands.</summary>
    private async Task<bool> StandsAsync(AmazonS3Client client, SilenceClock clock)
    {
        try
        {
            var found = await client.GetObjectMetadataAsync(address.Bucket, address.Key, clock.Token);
            return found.Metadata[WriterKey] == _writer;
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            return false;
        }
    }
}
