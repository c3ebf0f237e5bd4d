using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using BatchLLM.Blobs.Remote;
using BatchLLM.Rows;

namespace BatchLLM.Blobs.S3;

/// <summary>
/// An object's ranges. Every request names the version that was opened, and every answer must be of it, because not every
/// service that speaks the protocol heeds the condition: an object that changes meanwhile is an error and never a mixture.
/// A body that breaks off is asked for again from the byte that was reached.
/// </summary>
internal sealed class S3Ranges(S3Service service, S3Address address, string version) : IRangeSource
{
    /// <inheritdoc/>
    public Task ReadAsync(long start, Memory<byte> range, CancellationToken cancellationToken)
    {
        var reached = 0;
        return service.AskAsync(
            "read",
            address,
            async (client, clock) =>
            {
                using var answer = await OpenAsync(client, start + reached, range.Length - reached, clock.Token);
                while (reached < range.Length)
                {
                    clock.Heard();
                    var count = await answer.ResponseStream.ReadAsync(range[reached..], clock.Token);
                    reached += count > 0 ? count : throw new EndOfStreamException($"{range.Length - reached} bytes are missing");
                }

                return reached;
            },
            cancellationToken);
    }

    private async Task<GetObjectResponse> OpenAsync(
        AmazonS3Client client, long start, int length, CancellationToken cancellationToken)
    {
        var request = new GetObjectRequest
        {
            BucketName = address.Bucket,
            Key = address.Key,
            ByteRange = new ByteRange(start, start + length - 1),
            EtagToMatch = version,
        };
        var answer = await AnswerAsync(client, request, cancellationToken);
        if (answer.ETag == version && answer.HttpStatusCode == HttpStatusCode.PartialContent && answer.ContentLength == length)
        {
            return answer;
        }

        answer.Dispose();
        throw answer.ETag != version ? S3Failure.Changed(address) : new BatchLLMException(
            $"Cannot read {address}: the service answered {(int)answer.HttpStatusCode} with {answer.ContentLength} bytes; " +
            $"expected 206 with the {length} bytes from {start} on. It does not support ranges, and cannot be used.")
        {
            Blob = BlobFailure.At(BlobFault.Other, address.Key),
        };
    }

    private async Task<GetObjectResponse> AnswerAsync(
        AmazonS3Client client, GetObjectRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await client.GetObjectAsync(request, cancellationToken);
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.PreconditionFailed)
        {
            throw S3Failure.Changed(address);
        }
    }
}
