using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Linear;
using BatchLLM.Cuda.Devices;
using BatchLLM.Cuda.Kernels;
using BatchLLM.Cuda.Weights;
using BatchLLM.CudaTests.Emulation;
using BatchLLM.GpuCheck.Vectors;
using Xunit;

namespace BatchLLM.CudaTests.Kernels;

/// <summary>Layers of 4-bit weights on a device, stacked.</summary>
internal sealed class W4Scene : IDisposable
{
    private readonly EmulatedDevice _device;
    private readonly W4Shape _shape;
    private readonly DeviceMemory _codes;
    private readonly DeviceMemory _scales;
    private readonly DeviceMemory _partials;
    private readonly DeviceMemory _arrived;

    public W4Scene(EmulatedDevice device, params LinearWeight[] parts)
    {
        _device = device;
        _shape = W4Linear.ShapeOf(Numerics.W4A16, parts, parts.Sum(part => part.OutputCount))!;
        var encoder = new W4Encoder(_shape, parts);
        var tileBytes = _shape.Tiles * W4Shape.TileCodeBytes;
        var (codes, scales) = (new byte[_shape.CodeBytes], new byte[_shape.OutputGroups * _shape.ScaleBytes]);
        for (var group = 0; group < _shape.OutputGroups; group++)
        {
            encoder.Encode(
                group, codes.AsSpan(group * tileBytes, tileBytes), scales.AsSpan(group * _shape.ScaleBytes, _shape.ScaleBytes));
        }

        (_codes, _scales) = (device.Store(codes), device.Store(scales));
        _partials = device.Allocate(8 << 20);
        _arrived = device.Store(new uint[64]);
    }

    public W4Shape Shape => _shape;

    /// <summary>The product in float32, without the layers' own scales. // [rows, columns]</summary>
    /// <param name="x">BF16 // [rows, depth]</param>
    /// <param name="blockRows">Rows of a block.</param>
    /// <param name="hasBlockPerSlice">Whether each slice has a block.</param>
    public float[] Multiply(ushort[] x, int blockRows, bool hasBlockPerSlice) =>
        Multiply<float>(x, blockRows, hasBlockPerSlice, ElementType.Float32);

    public T[] Multiply<T>(ushort[] x, int blockRows, bool hasBlockPerSlice, ElementType type)
        where T : unmanaged
    {
        var rows = x.Length / _shape.Depth;
        using var input = _device.Store(x);
        using var output = _device.Allocate((long)rows * _shape.Columns * type.Bytes());
        new W4Product(_device, _shape).Launch(W4Plan.Of(_shape, rows, blockRows, hasBlockPerSlice), new W4ProductArguments
        {
            X = input.Address,
            Codes = _codes.Address,
            Scales = _scales.Address,
            Y = output.Address,
            Partials = _partials.Address,
            Arrived = _arrived.Address,
            Rows = rows,
            IsFloat = type == ElementType.Float32 ? 1 : 0,
        });
        Assert.All(_device.Read<uint>(_arrived), count => Assert.Equal(0u, count));
        return _device.Read<T>(output);
    }

    public void Dispose()
    {
        _codes.Dispose();
        _scales.Dispose();
        _partials.Dispose();
        _arrived.Dispose();
    }
}
