namespace BatchLLM.Cuda.Devices;

/// <summary>Memory of a device. Freed when disposed; nothing queued may use it any more by then.</summary>
/// <param name="address">Where it begins, as kernels see it.</param>
/// <param name="bytes">How long it is.</param>
/// <param name="free">Gives the address back to its device.</param>
public sealed class DeviceMemory(ulong address, long bytes, Action<ulong> free) : IDisposable
{
    private bool _isFree;

    /// <summary>Where it begins, as kernels see it; a multiple of 256.</summary>
    public ulong Address => _isFree ? throw new ObjectDisposedException(nameof(DeviceMemory)) : address;

    /// <summary>How long it is.</summary>
    public long ByteCount => bytes;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_isFree)
        {
            _isFree = true;
            free(address);
        }
    }
}
