using System.Numerics;
using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Linear;
using BatchLLM.Cuda.Devices;
using BatchLLM.Cuda.Kernels;

namespace BatchLLM.Cuda.Weights;

/// <summary>Stacked layers whose weights stay 4-bit codes on a device, and their product.</summary>
internal sealed class W4Linear : IDisposable
{
    private const int ChunkBytes = 8 << 20;

    private readonly DeviceMemory _codes;
    private readonly DeviceMemory _scales;
    private readonly W4Product _product;
    private readonly DeviceMemory? _inputFactors; // [inputs]
    private readonly W4Factors? _factors;

    /// <summary>Copies layers to a device.</summary>
    /// <param name="device">Where.</param>
    /// <param name="shape">Of all together.</param>
    /// <param name="parts">The layers.</param>
    public W4Linear(IDevice device, W4Shape shape, IReadOnlyList<LinearWeight> parts)
    {
        Shape = shape;
        _product = new W4Product(device, shape);
        _codes = device.Allocate(shape.CodeBytes);
        _scales = device.Allocate((long)shape.OutputGroups * shape.ScaleBytes);
        if (parts[0].InputFactors is { } factors)
        {
            _inputFactors = device.AllocateWith<float>(factors);
            _factors = new W4Factors(device);
        }

        Copy(device, new W4Encoder(shape, parts));
    }

    /// <summary>How they lie.</summary>
    public W4Shape Shape { get; }

    /// <summary>Bytes on the device.</summary>
    public long ByteCount => _codes.ByteCount + _scales.ByteCount + (_inputFactors?.ByteCount ?? 0);

    /// <summary>Bytes that layers would take at most.</summary>
    public static long BytesOf(W4Shape shape) =>
        shape.CodeBytes + (long)shape.OutputGroups * shape.ScaleBytes + shape.Depth * sizeof(float);

    /// <summary>
    /// The shape of layers that stay codes; null for those that become BF16: whose scales do not come in groups that a product of 16
    /// inputs has one of, or that have one input and not the same factors on it.
    /// </summary>
    /// <param name="numerics">What is in force.</param>
    /// <param name="parts">Layers that read one input.</param>
    /// <param name="columns">Their outputs, filled up.</param>
    public static W4Shape? ShapeOf(Numerics numerics, IReadOnlyList<LinearWeight> parts, int columns)
    {
        var (format, group) = (parts[0].Format, parts[0].BlockSize);
        var suits = numerics == Numerics.W4A16 && format is WeightFormat.Nvfp4 or WeightFormat.Int4 && group >= 16 && BitOperations.IsPow2(group)
            && parts.All(part => part.Format == format && part.BlockSize == group
                && part.InputFactors.AsSpan().SequenceEqual(parts[0].InputFactors));
        return suits ? new W4Shape(format, columns, parts[0].InputCount, group) : null;
    }

    /// <summary>Queues the product.</summary>
    /// <param name="workspace">For sums.</param>
    /// <param name="x">Address of the input, which is changed where it has factors. // BF16 [rows, inputs]</param>
    /// <param name="y">Address of the output. // [rows, columns]</param>
    /// <param name="rows">Rows.</param>
    /// <param name="output">BF16 or float32.</param>
    public void Multiply(W4Workspace workspace, ulong x, ulong y, int rows, ElementType output)
    {
        _factors?.Launch(rows, new W4FactorsArguments { X = x, Factors = _inputFactors!.Address, Depth = Shape.Depth });
        _product.Launch(new W4ProductArguments
        {
            X = x,
            Codes = _codes.Address,
            Scales = _scales.Address,
            Y = y,
            Partials = workspace.Partials,
            Arrived = workspace.Arrived,
            Rows = rows,
            IsFloat = output == ElementType.Float32 ? 1 : 0,
        });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _codes.Dispose();
        _scales.Dispose();
        _inputFactors?.Dispose();
    }

    private void Copy(IDevice device, W4Encoder encoder)
    {
        var (codeBytes, scaleBytes) = (Shape.Tiles * W4Shape.TileCodeBytes, Shape.ScaleBytes);
        var most = Math.Clamp(ChunkBytes / codeBytes, 1, Shape.OutputGroups);
        var (codes, scales) = (new byte[most * codeBytes], new byte[most * scaleBytes]);
        for (var first = 0; first < Shape.OutputGroups; first += most)
        {
            var (start, count) = (first, Math.Min(most, Shape.OutputGroups - first));
            Parallel.For(0, count, i => encoder.Encode(
                start + i, codes.AsSpan(i * codeBytes, codeBytes), scales.AsSpan(i * scaleBytes, scaleBytes)));
            device.Upload(codes.AsSpan(0, count * codeBytes), _codes.Address + (ulong)((long)first * codeBytes));
            device.Upload(scales.AsSpan(0, count * scaleBytes), _scales.Address + (ulong)((long)first * scaleBytes));
        }
    }
}
