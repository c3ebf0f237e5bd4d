using System.Security.Cryptography;
using BatchLLM.Rows;

namespace BatchLLM.Blobs.Remote;

/// <summary>
/// What a blob's writer writes to: keeps bytes until they make a block, stages that, and computes the digest of all.
/// Nothing stands under the name until <see cref="CommitAsync"/>.
/// </summary>
/// <param name="target">Where the blocks go.</param>
internal sealed class BlockWriteStream(IBlockTarget target) : Stream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly MemoryStream _block = new();
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

    // Blocks a thread, and uses another so that no synchronization context can hold both up: the AWS client has no other
    // way. Writers of rows write asynchronously.
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            buffer = buffer[Keep(buffer)..];
            if (_block.Length == target.BlockBytes)
            {
                Task.Run(() => StageAsync(CancellationToken.None)).GetAwaiter().GetResult();
            }
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            buffer = buffer[Keep(buffer.Span)..];
            if (_block.Length == target.BlockBytes)
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
        await target.CommitAsync(Kept(), cancellationToken);
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
        var kept = buffer[..Math.Min(buffer.Length, target.BlockBytes - (int)_block.Length)];
        _block.Write(kept);
        _hash.AppendData(kept);
        _length += kept.Length;
        return kept.Length;
    }

    private async Task StageAsync(CancellationToken cancellationToken)
    {
        await target.StageAsync(Kept(), cancellationToken);
        _block.SetLength(0);
    }

    private ArraySegment<byte> Kept() => new(_block.GetBuffer(), 0, (int)_block.Length);
}
