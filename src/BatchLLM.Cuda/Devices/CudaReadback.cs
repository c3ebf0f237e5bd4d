using BatchLLM.Cuda.Driver;

namespace BatchLLM.Cuda.Devices;

/// <summary>A copy from a GPU into pinned memory.</summary>
internal sealed unsafe class CudaReadback(int bytes, nint stream) : IReadback
{
    private readonly PinnedMemory _memory = new(bytes);
    private int _length;

    /// <inheritdoc/>
    public void Queue(ulong address, int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, _memory.ByteCount);
        if (bytes > 0)
        {
            DriverCheck.Check(DriverApi.CopyToHost(_memory.Address, address, (nuint)bytes, stream), $"copy {bytes} bytes from it");
        }

        _memory.Mark(stream);
        _length = bytes;
    }

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Wait()
    {
        _memory.Wait();
        return _memory.Span(_length);
    }

    /// <inheritdoc/>
    public void Dispose() => _memory.Dispose();
}
