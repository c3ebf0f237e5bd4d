using System.Numerics;
using BatchLLM.Cuda.Devices;

namespace BatchLLM.Cuda.Model;

/// <summary>Integers on a device, of which nobody knows beforehand how many there will be.</summary>
/// <remarks>
/// What was outgrown is kept: a step in flight may read it, and freeing waits for the device. All of it is less than what is in use,
/// as each is twice as large as the one before.
/// </remarks>
internal sealed class GrowingMemory(IDevice device) : IDisposable
{
    private const int LeastBytes = 4_096;

    private readonly List<DeviceMemory> _outgrown = [];
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
            var larger = device.Allocate((long)BitOperations.RoundUpToPowerOf2((ulong)values.Length * sizeof(int)));
            _outgrown.Add(_memory);
            _memory = larger;
        }

        device.Upload(values, _memory.Address);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _outgrown.ForEach(memory => memory.Dispose());
        _memory.Dispose();
    }
}
