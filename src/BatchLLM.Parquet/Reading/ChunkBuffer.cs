using System.Buffers;

namespace BatchLLM.Parquet.Reading;

/// <summary>
/// A window that moves forward over one chunk of the file, so that page headers of unknown length and pages can be
/// looked at in one piece, at the price of few large reads.
/// </summary>
/// <param name="source">The file.</param>
/// <param name="start">Where the chunk begins.</param>
/// <param name="expectedEnd">Where the chunk should end: nothing beyond is read ahead.</param>
/// <param name="hardEnd">
/// What is never read beyond. Some old writers leave the dictionary's header out of the chunk's size, so that a chunk
/// may reach past its expected end.
/// </param>
internal sealed class ChunkBuffer(IParquetSource source, long start, long expectedEnd, long hardEnd) : IDisposable
{
    private const int ReadAhead = 512 * 1024;

    private byte[] _buffer = [];
    private int _head;
    private int _count;
    private long _position = start;

    /// <summary>Bytes from the window's start to what is never read beyond.</summary>
    public long Remaining => hardEnd - _position;

    /// <summary>Bytes from the window's start to the chunk's end, by the footer.</summary>
    public long ExpectedRemaining => expectedEnd - _position;

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
    public void Advance(int count)
    {
        var held = Math.Min(count, _count);
        _head += held;
        _count -= held;
        _position += count;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
        }
    }

    private async ValueTask FillAsync(int count, CancellationToken cancellationToken)
    {
        var ahead = (int)Math.Clamp(expectedEnd - _position, count, Math.Max(count, ReadAhead));
        MakeRoom(ahead);
        var missing = _buffer.AsMemory(_count, ahead - _count);
        await source.ReadExactlyAsync(_position + _count, missing, cancellationToken);
        _count = ahead;
    }

    private void MakeRoom(int size)
    {
        var target = size > _buffer.Length ? ArrayPool<byte>.Shared.Rent(size) : _buffer;
        _buffer.AsSpan(_head, _count).CopyTo(target);
        if (target != _buffer)
        {
            Dispose();
        }

        (_buffer, _head) = (target, 0);
    }
}
