using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Azure.Storage;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using BatchLLM.Rows;

namespace BatchLLM.Blobs.Azure;

/// <summary>
/// What a blob's writer writes to: keeps bytes until they make a block, uploads that with its MD5, which the service
/// checks, and computes the digest of all. Nothing stands under the name until <see cref="CommitAsync"/>; the service
/// forgets uncommitted blocks after a week.
/// </summary>
internal sealed class AzureWriteStream(BlockBlobClient blob, AzureAddress address) : Stream
{
    /// <summary>Bytes of a block. The service takes 50,000 of them: 390 GiB.</summary>
    internal const int BlockBytes = 8 << 20;

    private static readonly UploadTransferValidationOptions Md5 = new()
    {
        ChecksumAlgorithm = StorageChecksumAlgorithm.MD5,
    };

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly MemoryStream _block = new();

    // In each block's name, because two writers of one blob share the service's list of uncommitted blocks.
    private readonly Guid _writer = Guid.NewGuid();
    private readonly List<string> _staged = [];
    private long _length;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => _length;

    public override long Position
    {
        get => _length;
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var count = Keep(buffer);
            buffer = buffer[count..];
            if (_block.Length == BlockBytes)
            {
                Stage();
            }
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            var count = Keep(buffer.Span);
            buffer = buffer[count..];
            if (_block.Length == BlockBytes)
            {
                await StageAsync(cancellationToken);
            }
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Makes the blob stand, whole, in place of what stood there.</summary>
    /// <exception cref="BatchLLMException">The service refused.</exception>
    public async Task<BlobDigest> CommitAsync(CancellationToken cancellationToken)
    {
        if (_staged.Count > 0 && _block.Length > 0)
        {
            await StageAsync(cancellationToken);
        }

        try
        {
            await (_staged.Count > 0 ? CommitBlocksAsync(cancellationToken) : UploadAsync(cancellationToken));
        }
        catch (Exception e) when (AzureFailure.IsOutside(e, cancellationToken))
        {
            throw AzureFailure.Describe(e, "write", address);
        }

        return new BlobDigest(_length, Convert.ToHexStringLower(_hash.GetCurrentHash()));
    }

    // Only a whole block is worth a request.
    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash.Dispose();
            _block.Dispose();
        }

        base.Dispose(disposing);
    }

    private int Keep(ReadOnlySpan<byte> buffer)
    {
        var kept = buffer[..Math.Min(buffer.Length, BlockBytes - (int)_block.Length)];
        _block.Write(kept);
        _hash.AppendData(kept);
        _length += kept.Length;
        return kept.Length;
    }

    private void Stage()
    {
        try
        {
            blob.StageBlock(NextBlock(), _block, StageOptions);
        }
        catch (Exception e) when (AzureFailure.IsOutside(e, CancellationToken.None))
        {
            throw AzureFailure.Describe(e, "write", address);
        }

        _block.SetLength(0);
    }

    private async Task StageAsync(CancellationToken cancellationToken)
    {
        try
        {
            await blob.StageBlockAsync(NextBlock(), _block, StageOptions, cancellationToken);
        }
        catch (Exception e) when (AzureFailure.IsOutside(e, cancellationToken))
        {
            throw AzureFailure.Describe(e, "write", address);
        }

        _block.SetLength(0);
    }

    private static BlockBlobStageBlockOptions StageOptions => new() { TransferValidation = Md5 };

    /// <summary>The name of the block that is full now, base64 and as long as all others, as the service asks.</summary>
    private string NextBlock()
    {
        _block.Position = 0;
        var name = string.Create(CultureInfo.InvariantCulture, $"{_writer:N}-{_staged.Count:D5}");
        _staged.Add(Convert.ToBase64String(Encoding.ASCII.GetBytes(name)));
        return _staged[^1];
    }

    private async Task CommitBlocksAsync(CancellationToken cancellationToken) =>
        await blob.CommitBlockListAsync(_staged, new CommitBlockListOptions(), cancellationToken);

    // What is no longer than a block takes one request, which is as atomic, and which no other writer can disturb.
    private async Task UploadAsync(CancellationToken cancellationToken)
    {
        _block.Position = 0;
        await blob.UploadAsync(_block, new BlobUploadOptions { TransferValidation = Md5 }, cancellationToken);
    }
}
