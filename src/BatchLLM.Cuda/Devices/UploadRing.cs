using BatchLLM.Cuda.Driver;

namespace BatchLLM.Cuda.Devices;

/// <summary>Copies to a GPU by way of pinned memory, so that the host does not wait for it until all pieces are on their way.</summary>
/// <remarks>
/// A step's copies stand behind the step before it: a piece that they need twice would keep the host until that has run, and the GPU
/// would then wait for the host. 64 MB hold a step of 1,024 rows whose penalties count 6,000 tokens each.
/// </remarks>
/// <param name="stream">Where copies are queued.</param>
internal sealed unsafe class UploadRing(nint stream) : IDisposable
{
    private const int PieceBytes = 8 << 20;

    private const int PieceCount = 8;

    private readonly PinnedMemory[] _pieces = [.. Enumerable.Range(0, PieceCount).Select(_ => new PinnedMemory(PieceBytes))];
    private int _next;

    /// <summary>Queues a copy; the source may change once this returns.</summary>
    public void Copy(ReadOnlySpan<byte> source, ulong address)
    {
        while (!source.IsEmpty)
        {
            var count = Math.Min(PieceBytes, source.Length);
            CopyPiece(source[..count], address);
            source = source[count..];
            address += (ulong)count;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Array.ForEach(_pieces, piece => piece.Dispose());

    private void CopyPiece(ReadOnlySpan<byte> source, ulong address)
    {
        var piece = _pieces[_next];
        _next = (_next + 1) % _pieces.Length;
        piece.Wait();
        source.CopyTo(piece.Span(source.Length));
        DriverCheck.Check(DriverApi.CopyToDevice(address, piece.Address, (nuint)source.Length, stream), $"copy {source.Length} bytes to it");
        piece.Mark(stream);
    }
}
