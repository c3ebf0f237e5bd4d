using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace BatchLLM.Blobs.Azure;

/// <summary>
/// A blob, read range by range. Every request names the version that was opened, so a blob that changes meanwhile is an
/// error and never a mixture. A body that breaks off is asked for again from the byte that was reached, by the client
/// library; what arrives is as long as was asked for, or an error.
/// </summary>
/// <remarks>
/// One request for the whole blob was rejected: the library resumes a body only a few times, which is too few for many
/// gigabytes, and each seek of a Parquet reader would throw a connection away.
/// </remarks>
internal sealed class AzureReadStream : Stream
{
    /// <summary>Range of a reader that goes on where it was.</summary>
    internal const int SequentialBytes = 4 << 20;

    /// <summary>Least range of one that has jumped: what lies behind is perhaps not wanted.</summary>
    private const int JumpBytes = 64 << 10;

    private readonly BlockBlobClient _blob;
    private readonly AzureAddress _address;
    private readonly ETag _version;
    private byte[] _range = [];
    private long _rangeStart;
    private int _rangeBytes;

    private AzureReadStream(BlockBlobClient blob, AzureAddress address, BlobProperties properties) =>
        (_blob, _address, _version, Length) = (blob, address, properties.ETag, properties.ContentLength);

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    /// <summary>Size in bytes of the opened version.</summary>
    public override long Length { get; }

    public override long Position { get; set; }

    /// <summary>Opens a blob.</summary>
    /// <exception cref="BatchLLMException">It is missing or unreadable.</exception>
    public static async ValueTask<Stream> OpenAsync(
        BlockBlobClient blob, AzureAddress address, CancellationToken cancellationToken)
    {
        try
        {
            return new AzureReadStream(blob, address, await blob.GetPropertiesAsync(null, cancellationToken));
        }
        catch (Exception e) when (AzureFailure.IsOutside(e, cancellationToken))
        {
            throw AzureFailure.Describe(e, "read", address);
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (NeedsRange(buffer.Length) is var size and > 0)
        {
            try
            {
                using var answer = (await _blob.DownloadStreamingAsync(RangeOf(size), cancellationToken)).Value;
                await answer.Content.ReadExactlyAsync(Room(size), cancellationToken);
            }
            catch (Exception e) when (AzureFailure.IsOutside(e, cancellationToken))
            {
                throw AzureFailure.Describe(e, "read", _address);
            }

            (_rangeStart, _rangeBytes) = (Position, size);
        }

        return Take(buffer.Span);
    }

    public override int Read(Span<byte> buffer)
    {
        if (NeedsRange(buffer.Length) is var size and > 0)
        {
            try
            {
                using var answer = _blob.DownloadStreaming(RangeOf(size)).Value;
                answer.Content.ReadExactly(Room(size).Span);
            }
            catch (Exception e) when (AzureFailure.IsOutside(e, CancellationToken.None))
            {
                throw AzureFailure.Describe(e, "read", _address);
            }

            (_rangeStart, _rangeBytes) = (Position, size);
        }

        return Take(buffer);
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => Position + offset,
        _ => Length + offset,
    };

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    /// <summary>Bytes to ask for from the position on; 0 if they are here or there are none.</summary>
    private int NeedsRange(int wanted)
    {
        var isHere = Position >= _rangeStart && Position < _rangeStart + _rangeBytes;
        if (isHere || wanted == 0 || Position >= Length)
        {
            return 0;
        }

        var goesOn = Position == _rangeStart + _rangeBytes;
        var size = goesOn ? SequentialBytes : Math.Clamp(wanted, JumpBytes, SequentialBytes);
        return (int)Math.Min(size, Length - Position);
    }

    private BlobDownloadOptions RangeOf(int size) => new()
    {
        Range = new HttpRange(Position, size),
        Conditions = new BlobRequestConditions { IfMatch = _version },
    };

    /// <summary>Where a range goes. What was there is forgotten: the next read must not take half of a new one for it.</summary>
    private Memory<byte> Room(int size)
    {
        _rangeBytes = 0;
        _range = _range.Length < size ? new byte[size] : _range;
        return _range.AsMemory(0, size);
    }

    private int Take(Span<byte> buffer)
    {
        if (buffer.IsEmpty || Position >= Length)
        {
            return 0;
        }

        var start = (int)(Position - _rangeStart);
        var count = Math.Min(buffer.Length, _rangeBytes - start);
        _range.AsSpan(start, count).CopyTo(buffer);
        Position += count;
        return count;
    }
}
