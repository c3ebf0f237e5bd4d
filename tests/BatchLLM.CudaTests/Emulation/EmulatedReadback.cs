using BatchLLM.Cuda.Devices;

namespace BatchLLM.CudaTests.Emulation;

/// <summary>A copy from the emulated device; made when it is queued, for all before it has run by then.</summary>
internal sealed class EmulatedReadback(EmulatedDevice device, int bytes) : IReadback
{
    private readonly byte[] _memory = new byte[bytes];
    private int _length;

    public void Queue(ulong address, int bytes)
    {
        device.Download(address, _memory.AsSpan(0, bytes));
        _length = bytes;
    }

    public ReadOnlySpan<byte> Wait() => _memory.AsSpan(0, _length);

    public void Dispose()
    {
        // It is collected.
    }
}
