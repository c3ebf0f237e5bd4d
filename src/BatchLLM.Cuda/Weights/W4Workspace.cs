using BatchLLM.Cuda.Devices;
using BatchLLM.Cuda.Kernels;

namespace BatchLLM.Cuda.Weights;

/// <summary>What products of 4-bit weights add up in; one for all, since they run one after another.</summary>
internal sealed class W4Workspace : IDisposable
{
    private readonly DeviceMemory _partials;
    private readonly DeviceMemory _arrived;

    /// <summary>Allocates it.</summary>
    public W4Workspace(IDevice device)
    {
        _partials = device.Allocate(W4Plan.MostPartialBytes);
        _arrived = device.AllocateWith<uint>(new uint[W4Plan.MostTiles]);
    }

    /// <summary>Bytes on the device.</summary>
    public const long ByteCount = W4Plan.MostPartialBytes + W4Plan.MostTiles * sizeof(uint);

    /// <summary>Sums of slices.</summary>
    public ulong Partials => _partials.Address;

    /// <summary>Slices that are there, zeros between products. // uint32 [blocks]</summary>
    public ulong Arrived => _arrived.Address;

    /// <inheritdoc/>
    public void Dispose()
    {
        _partials.Dispose();
        _arrived.Dispose();
    }
}
