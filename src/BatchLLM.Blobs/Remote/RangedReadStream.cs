namespace BatchLLM.Blobs.Remote;

/// <summary>A blob on a server, read range by range.</summary>
/// <remarks>
/// One request for the whole blob was rejected: a body of many gigabytes breaks off more often than is tried again, and
/// each seek of a Parquet reader would throw a connection away.
/// </remarks>
/// <param name="source">Its bytes.</param>
/// <param name="length">How many it has.</param>
internal sealed class RangedReadStream(IRangeSource source, long length) : Stream
{
    /// <summary>Range of a reader that goes on where it was.</summary>
    internal const int SequentialBytes = 4 << 20;

    /// <summary>Least range of one that has jumped: what lies behind is perhaps not wanted.</summary>
    private const int JumpBytes = 64 << 10;

    private byte[] _range = [];
    private long _rangeStart;
    private int _rangeBytes;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    /// <summary>Size in bytes of the opened version.</summary>
    public override long Length => length;

    public override long Position { get; set; }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (NeedsRange(buffer.Length) is var size and > 0)
        {
            await FetchAsync(size, cancellationToken);
        }

        return Take(buffer.Span);
    }

    /// <summary>
    /// Fills a buffer from anywhere, for a reader that knows what it wants: nothing behind it is asked for, and the position stays.
    /// </summary>
    /// <param name="start">Where the bytes stand.</param>
    /// <param name="buffer">No longer than what follows there.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public async ValueTask ReadRangeAsync(long start, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (!buffer.IsEmpty)
        {
            var part = buffer[..Math.Min(buffer.Length, SequentialBytes)];
            await source.ReadAsync(start, part, cancellationToken);
            (start, buffer) = (start + part.Length, buffer[part.Length..]);
        }
    }

    // Blocks a thread, and uses another so that no synchronization context can hold both up: the AWS client has no other
    // way. Readers of rows read asynchronously.
    public override int Read(Span<byte> buffer)
    {
        if (NeedsRange(buffer.Length) is var size and > 0)
        {
            Task.Run(() => FetchAsync(size, CancellationToken.None)).GetAwaiter().GetResult();
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

    private async Task FetchAsync(int size, CancellationToken cancellationToken)
    {
        // What was there is forgotten first: after a failure, the next read must not take half of a new range for it.
        _rangeBytes = 0;
        _range = _range.Length < size ? new byte[size] : _range;
        await source.ReadAsync(Position, _range.AsMemory(0, size), cancellationToken);
        (_rangeStart, _rangeBytes) = (Position, size);
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
