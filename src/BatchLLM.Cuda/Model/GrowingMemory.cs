using System.Numerics;
using BatchLLM.Cuda.Devices;

namespace BatchLLM.Cuda.Model;

/// <summary>Integers on a device, of which nobody knows beforehand how many there will be.</summary>
internal sealed class GrowingMemory(IDevice device) : IDisposable
{
    private const int LeastBytes = 4_096;

    private DeviceMemory _memory = device.Allocate(LeastBytes);

    /// <summary>Where they begin; may change with <see cref="Fill"/>.</summary>
    public ulong Address => _memory.Address;

    /// <summary>Queues a copy.</summary>
    public void Fill(ReadOnlySpan<int> values)
    {
        if (values.IsEmpty)
        {
            return;
        }

        if ((long)values.Length * sizeof(int) > _memory.ByteCount)
        {
            _memory.Dispose();
            _memory = device.Allocate((long)BitOperations.RoundUpToPowerOf2((ulong)values.Length * sizeof(int)));
        }

        device.Upload(values, _memory.Address);
    }

    /// <inheritdoc/>
    public void Dispose() => _memory.Dispose();
}
