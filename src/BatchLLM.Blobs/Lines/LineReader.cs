using System.Buffers;

namespace BatchLLM.Blobs.Lines;

/// <summary>
/// Walks the lines of a stream with one buffer, where a scan says what ends one: a CSV record may take several lines of
/// text. A line over the limit is passed over without being kept, so memory is bounded by the limit, not by the file.
/// </summary>
/// <remarks>Splitting and reading both stand on this class, so they cannot disagree on what a line is.</remarks>
internal sealed class LineReader : IAsyncDisposable
{
    private const int InitialBytes = 1 << 18;

    private readonly Stream _stream;
    private readonly int _maxLineBytes;
    private readonly ILineScan _scan;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(InitialBytes);
    private long _bufferOffset; // in the file, of _buffer[0]
    private int _lineStart;
    private int _next; // behind the current line's newline
    private int _end; // of the bytes read so far
    private long _nextNumber; // of the line behind the current one

    /// <summary>Starts at the stream's position.</summary>
    /// <param name="stream">Where lines come from; disposed with the reader.</param>
    /// <param name="firstLine">1-based number of the line that begins at the stream's position.</param>
    /// <param name="maxLineBytes">Lines longer than this may not be kept.</param>
    /// <param name="scan">What a line is; serves this reader alone.</param>
    public LineReader(Stream stream, long firstLine, int maxLineBytes, ILineScan scan)
    {
        (_stream, _maxLineBytes, _scan) = (stream, maxLineBytes, scan);
        (_bufferOffset, _nextNumber) = (stream.Position, firstLine);
    }

    /// <summary>1-based number of the current line; of its first one where it takes several.</summary>
    public long LineNumber { get; private set; }

    /// <summary>Number of the last line if the stream ended before that line did; null otherwise.</summary>
    public long? UnendedLine { get; private set; }

    /// <summary>Where the current line begins in the file.</summary>
    public long LineOffset { get; private set; }

    /// <summary>Where the line behind the current one begins in the file.</summary>
    public long NextOffset => _bufferOffset + _next;

    /// <summary>The current line's bytes without its newline.</summary>
    public long LineLength { get; private set; }

    /// <summary>True if the current line is no row.</summary>
    public bool IsBlank => _scan.IsBlank;

    /// <summary>True if the current line is longer than the limit.</summary>
    public bool IsTooLong => LineLength > _maxLineBytes;

    /// <summary>The current line without its newline; not to be used if <see cref="IsTooLong"/>.</summary>
    public ReadOnlySpan<byte> Line => _buffer.AsSpan(_lineStart, (int)LineLength);

    /// <summary>Moves to the next line; false at the end. A closing newline begins no further line.</summary>
    public ValueTask<bool> MoveNextAsync(CancellationToken cancellationToken)
    {
        _lineStart = _next;
        LineOffset = _bufferOffset + _lineStart;
        _scan.Begin();
        return TryFindEnd(_lineStart) ? ValueTask.FromResult(true) : ReadOnAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        return _stream.DisposeAsync();
    }

    private async ValueTask<bool> ReadOnAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var scanned = MakeRoom();
            var read = await _stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
            _end += read;
            if (read == 0)
            {
                EndAt(_end, _end);
                UnendedLine = _scan.IsOpen ? LineNumber : UnendedLine;
                return LineLength > 0;
            }

            if (TryFindEnd(scanned))
            {
                return true;
            }
        }
    }

    private bool TryFindEnd(int scanned)
    {
        var newline = _scan.FindEnd(_buffer.AsSpan(scanned, _end - scanned));
        if (newline < 0)
        {
            return false;
        }

        EndAt(scanned + newline, scanned + newline + 1);
        return true;
    }

    private void EndAt(int lineEnd, int next)
    {
        LineLength = _bufferOffset + lineEnd - LineOffset;
        LineNumber = _nextNumber;
        _nextNumber += 1 + _scan.InnerBreaks;
        _next = next;
    }

    // Returns where the bytes to come will be.
    private int MakeRoom()
    {
        if (_end - _lineStart > _maxLineBytes)
        {
            _bufferOffset += _end;
            (_lineStart, _end) = (0, 0);
        }
        else if (_end == _buffer.Length)
        {
            Compact(_lineStart == 0 ? _buffer.Length * 2 : _buffer.Length);
        }

        return _end;
    }

    private void Compact(int size)
    {
        var target = size == _buffer.Length ? _buffer : ArrayPool<byte>.Shared.Rent(size);
        _buffer.AsSpan(_lineStart, _end - _lineStart).CopyTo(target);
        if (target != _buffer)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = target;
        }

        _bufferOffset += _lineStart;
        (_lineStart, _end) = (0, _end - _lineStart);
    }
}
