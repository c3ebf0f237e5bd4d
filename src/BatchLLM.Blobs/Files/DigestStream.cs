using System.Security.Cryptography;
using BatchLLM.Rows;

namespace BatchLLM.Blobs.Files;

/// <summary>
/// What a blob's writer writes to: passes bytes on, and computes their digest on the way, so that nothing is read
/// back. A failure of the file becomes the user's sentence here, where it cannot be taken for the writer's own.
/// </summary>
internal sealed class DigestStream : Stream
{
    private readonly Stream _target;
    private readonly string _path;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _length;

    /// <summary>Creates the stream; the target stays the caller's.</summary>
    public DigestStream(Stream target, string path) => (_target, _path) = (target, path);

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => _length;

    public override long Position
    {
        get => _length;
        set => throw new NotSupportedException();
    }

    /// <summary>The digest of all bytes written so far.</summary>
    public BlobDigest Digest => new(_length, Convert.ToHexStringLower(_hash.GetCurrentHash()));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            _target.Write(buffer);
        }
        catch (Exception e) when (FileFailure.IsOutside(e))
        {
            throw FileFailure.Describe(e, "write", _path);
        }

        Count(buffer);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await _target.WriteAsync(buffer, cancellationToken);
        }
        catch (Exception e) when (FileFailure.IsOutside(e))
        {
            throw FileFailure.Describe(e, "write", _path);
        }

        Count(buffer.Span);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    // The store flushes once, to the device, when the writer is done.
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
        }

        base.Dispose(disposing);
    }

    private void Count(ReadOnlySpan<byte> written)
    {
        _hash.AppendData(written);
        _length += written.Length;
    }
}
