using System.Runtime.InteropServices;
using BatchLLM.Checkpoints;
using BatchLLM.Cuda.Devices;
using BatchLLM.Cuda.Kernels;

namespace BatchLLM.Cuda.Weights;

/// <summary>Token embeddings on a device, of the type that the checkpoint has. // [vocabulary, hidden]</summary>
internal sealed class DeviceEmbedding : IDisposable
{
    private const int ChunkElements = 1 << 21;

    private readonly DeviceMemory _table;

    /// <summary>Copies the table.</summary>
    public DeviceEmbedding(IDevice device, Tensor tensor)
    {
        Type = TypeOf(tensor);
        _table = device.Allocate(BytesOf(tensor));
        if (tensor.Draws is { } draws)
        {
            using var fill = new RandomFill(device, draws);
            fill.Run(tensor.ElementCount, _table.Address);
            return;
        }

        var size = _table.ByteCount / tensor.ElementCount;
        for (var start = 0L; start < tensor.ElementCount; start += ChunkElements)
        {
            device.Upload(
                Chunk(tensor, start, (int)Math.Min(ChunkElements, tensor.ElementCount - start)), _table.Address + (ulong)(start * size));
        }
    }

    /// <summary>BF16, F16 or F32.</summary>
    public TensorType Type { get; }

    /// <summary>Where it begins.</summary>
    public ulong Address => _table.Address;

    /// <summary>Bytes on the device.</summary>
    public long ByteCount => _table.ByteCount;

    /// <summary>Bytes that a table takes.</summary>
    public static long BytesOf(Tensor tensor) => tensor.ElementCount * (TypeOf(tensor) == TensorType.F32 ? sizeof(float) : sizeof(ushort));

    private static TensorType TypeOf(Tensor tensor) => tensor.Type is TensorType.BF16 or TensorType.F16 ? tensor.Type : TensorType.F32;

    /// <inheritdoc/>
    public void Dispose() => _table.Dispose();

    private ReadOnlySpan<byte> Chunk(Tensor tensor, long start, int count)
    {
        if (Type == TensorType.F32)
        {
            var floats = new float[count];
            tensor.ReadFloats(start, floats);
            return MemoryMarshal.AsBytes<float>(floats);
        }

        var bits = new ushort[count];
        tensor.ReadBits16(start, bits);
        return MemoryMarshal.AsBytes<ushort>(bits);
    }
}
