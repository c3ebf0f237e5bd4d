namespace BatchLLM.Blobs.Compression;

/// <summary>Decodes Zstandard, frame after frame, forward. Owns its source.</summary>
internal sealed class ZstandardStream : ForwardStream
{
    private const int BufferBytes = 1 << 17; // of zstd.h's own recommendation: one block

    private readonly Stream _source;
    private readonly ZstandardContext _context = ZstandardContext.Create();
    private readonly byte[] _coded = GC.AllocateUninitializedArray<byte>(BufferBytes, pinned: true);
    private readonly byte[] _decoded = GC.AllocateUninitializedArray<byte>(BufferBytes, pinned: true);
    private ZstandardBuffer _input;
    private ZstandardBuffer _output;
    private int _taken; // of what is decoded
    private bool _isInFrame;

    /// <summary>Begins at the source's position.</summary>
    /// <exception cref="DllNotFoundException">The library is not installed.</exception>
    public ZstandardStream(Stream source)
    {
        _source = source;
        _input = new ZstandardBuffer(_coded, 0);
        _output = new ZstandardBuffer(_decoded, BufferBytes);
    }

    /// <exception cref="InvalidDataException">The input is no Zstandard, damaged, or ends inside a frame.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_taken == (int)_output.Position)
        {
            // A full output may have more behind it without any input.
            if (_input.IsDone && !(_isInFrame && _output.IsDone) && !await FillAsync(cancellationToken))
            {
                return 0;
            }

            (_taken, _output.Position) = (0, 0);
            _isInFrame = _context.Decode(ref _output, ref _input) != 0;
        }

        var count = Math.Min(buffer.Length, (int)_output.Position - _taken);
        _decoded.AsSpan(_taken, count).CopyTo(buffer.Span);
        _taken += count;
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _context.Dispose();
            _source.Dispose();
        }

        base.Dispose(disposing);
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        var read = await _source.ReadAsync(_coded, cancellationToken);
        _input = new ZstandardBuffer(_coded, (nuint)read);
        return read > 0 || (_isInFrame ? throw new InvalidDataException("it ends inside a frame") : false);
    }
}
