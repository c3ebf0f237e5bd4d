using System.Globalization;
using System.Text;
using Azure.Storage;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using BatchLLM.Blobs.Remote;

namespace BatchLLM.Blobs.Azure;

/// <summary>
/// A blob's blocks, each sent with its MD5, which the service checks. The service forgets uncommitted blocks after a week.
/// </summary>
internal sealed class AzureBlocks(BlockBlobClient blob, AzureAddress address) : IBlockTarget
{
    /// <summary>Bytes of a block. The service takes 50,000 of them: 390 GiB.</summary>
    internal const int Bytes = 8 << 20;

    private static readonly UploadTransferValidationOptions Md5 = new()
    {
        ChecksumAlgorithm = StorageChecksumAlgorithm.MD5,
    };

    // In each block's name, because two writers of one blob share the service's list of uncommitted blocks.
    private readonly Guid _writer = Guid.NewGuid();
    private readonly List<string> _staged = [];

    /// <inheritdoc/>
    public int BlockBytes => Bytes;

    /// <inheritdoc/>
    public async Task StageAsync(ArraySegment<byte> block, CancellationToken cancellationToken)
    {
        // Base64 and as long as all others, as the service asks.
        var name = string.Create(CultureInfo.InvariantCulture, $"{_writer:N}-{_staged.Count:D5}");
        _staged.Add(Convert.ToBase64String(Encoding.ASCII.GetBytes(name)));
        await SendAsync(
            body => blob.StageBlockAsync(
                _staged[^1], body, new BlockBlobStageBlockOptions { TransferValidation = Md5 }, cancellationToken),
            block,
            cancellationToken);
    }

    /// <inheritdoc/>
    public async Task CommitAsync(ArraySegment<byte> last, CancellationToken cancellationToken)
    {
        if (_staged.Count == 0)
        {
            // What is no longer than a block takes one request, which is as atomic, and which no other writer can disturb.
            await SendAsync(
                body => blob.UploadAsync(body, new BlobUploadOptions { TransferValidation = Md5 }, cancellationToken),
                last,
                cancellationToken);
            return;
        }

        if (last.Count > 0)
        {
            await StageAsync(last, cancellationToken);
        }

        await SendAsync(
            _ => blob.CommitBlockListAsync(_staged, new CommitBlockListOptions(), cancellationToken), [], cancellationToken);
    }

    private async Task SendAsync(
        Func<MemoryStream, Task> request, ArraySegment<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            using var body = new MemoryStream(bytes.Array ?? [], bytes.Offset, bytes.Count, writable: false);
            await request(body);
        }
        catch (Exception e) when (AzureFailure.IsOutside(e, cancellationToken))
        {
            throw AzureFailure.Describe(e, "write", address);
        }
    }
}
