namespace BatchLLM.Parquet.Reading;

/// <summary>
/// A window that moves forward over one chunk of the file, so that page headers of unknown length and pages can be
/// looked at in one piece, at the price of few large reads.
/// </summary>
/// <param name="source">The file.</param>
/// <param name="buffers">Where the window's room comes from; it is given back whenever the window is empty.</param>
/// <param name="start">Where the chunk begins.</param>
/// <param name="expectedEnd">Where the chunk should end: nothing beyond is read ahead.</param>
/// <param name="isWhole">
/// True if all is wanted up to the end. Else reading ahead begins small and grows with what was wanted, so that what is read
/// in vain is never more than that.
/// </param>
/// <param name="hardEnd">
/// What is never read beyond. Some old writers leave the dictionary's header out of the chunk's size, so that a chunk
/// may reach past its expected end.
/// </param>
internal sealed class ChunkBuffer(
    IParquetSource source, PageBuffers buffers, long start, long expectedEnd, bool isWhole, long hardEnd) : IDisposable
{
    private const int LeastAhead = 64 << 10;
    private const int MostAhead = 1 << 20;

    private long _expectedEnd = expectedEnd;
    private int _ahead = isWhole ? MostAhead : LeastAhead;
    private byte[] _buffer = [];
    private int _head;
    private int _count;

    /// <summary>Where the window starts in the file.</summary>
    public long Position { get; private set; } = start;

    /// <summary>Bytes from the window's start to what is never read beyond.</summary>
    public long Remaining => hardEnd - Position;

    /// <summary>Bytes from the window's start to the end of what is wanted.</summary>
    public long ExpectedRemaining => _expectedEnd - Position;

    /// <summary>Makes the next bytes available.</summary>
    /// <param name="count">At most <see cref="Remaining"/>.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>Exactly that many bytes, valid until the next call.</returns>
    public async ValueTask<ArraySegment<byte>> PeekAsync(int count, CancellationToken cancellationToken)
    {
        if (count > _count)
        {
            await FillAsync(count, cancellationToken);
        }

        return new ArraySegment<byte>(_buffer, _head, count);
    }

    /// <summary>
    /// Moves the window forward, at most <see cref="Remaining"/> bytes; bytes not yet read are never read.
    /// </summary>
    public void Advance(long count)
    {
        var held = (int)Math.Min(count, _count);
        _head += held;
        _count -= held;
        Position += count;
    }

    /// <summary>
    /// Moves the window over bytes that are not wanted: reading ahead begins anew behind those that are not held.
    /// </summary>
    public void Skip(long count)
    {
        _ahead = count > _count && !isWhole ? LeastAhead : _ahead;
        Advance(count);
    }

    /// <summary>Fills a buffer with the next bytes and moves forward; what is long is read straight to its place.</summary>
    public async ValueTask ReadAsync(Memory<byte> target, CancellationToken cancellationToken)
    {
        var held = Math.Min(_count, target.Length);
        _buffer.AsMemory(_head, held).CopyTo(target);
        Advance(held);
        var rest = target[held..];
        if (rest.Length < LeastAhead)
        {
            (await PeekAsync(rest.Length, cancellationToken)).AsMemory().CopyTo(rest);
        }
        else
        {
            await source.ReadExactlyAsync(Position, rest, cancellationToken);
        }

        Advance(rest.Length);
        if (_count == 0)
        {
            Dispose();
        }
    }

    /// <summary>Moves over the next bytes, which someone else reads: those that are held are the first of them.</summary>
    /// <param name="count">How many; more than are held.</param>
    /// <param name="cancellationToken">Stops reading them.</param>
    public StoredBytes Detach(int count, CancellationToken cancellationToken)
    {
        var range = new ByteRange(Position, Position + count);
        var detached = new StoredBytes(source, range, StoredBytes.PartBytes, buffers, cancellationToken);
        detached.Take(_buffer.AsSpan(_head, _count));
        Advance(count);
        Dispose();
        return detached;
    }

    /// <summary>Moves the window forward to a part of the chunk that is wanted.</summary>
    /// <param name="partStart">Not before the window's start.</param>
    /// <param name="partEnd">Nothing beyond is read ahead.</param>
    public void Seek(long partStart, long partEnd)
    {
        Skip(partStart - Position);
        _expectedEnd = partEnd;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        buffers.Return(_buffer);
        (_buffer, _head) = ([], 0);
    }

    private async ValueTask FillAsync(int count, CancellationToken cancellationToken)
    {
        var ahead = (int)Math.Clamp(_expectedEnd - Position, count, Math.Max(count, _ahead));
        _ahead = Math.Min(2 * _ahead, MostAhead);
        MakeRoom(ahead);
        var missing = _buffer.AsMemory(_count, ahead - _count);
        await source.ReadExactlyAsync(Position + _count, missing, cancellationToken);
        _count = ahead;
    }

    private void MakeRoom(int size)
    {
        var target = size > _buffer.Length ? buffers.Rent(size) : _buffer;
        _buffer.AsSpan(_head, _count).CopyTo(target);
        if (target != _buffer)
        {
            buffers.Return(_buffer);
        }

        (_buffer, _head) = (target, 0);
    }
}
