using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Linear;
using BatchLLM.Cuda.Devices;
using BatchLLM.Cuda.Kernels;

namespace BatchLLM.Cuda.Weights;

/// <summary>Linear layers that read one input, stacked into one matrix on a device.</summary>
internal sealed class DeviceLinear : IDisposable
{
    // Columns of a product come in sixteens; a vocabulary need not, and is filled up with zeros.
    private const int ColumnMultiple = 16;

    // Inputs as well; of FP4 they come in 16 bytes.
    private const int InputMultiple = 16;
    private const int Fp4InputMultiple = 32;
    private const int ChunkBytes = 8 << 20;

    private readonly DeviceMemory? _weights; // [Columns, Depth] of the form's element; null where they stay 4-bit codes
    private readonly DeviceMemory _columnScales; // [Columns]
    private readonly DeviceMemory? _blockScales; // of E2M1

    /// <summary>Copies layers to a device.</summary>
    /// <param name="device">Where.</param>
    /// <param name="numerics">What is in force.</param>
    /// <param name="parts">The layers, each [columns, k] with the same k.</param>
    /// <exception cref="BatchLLMException">The device has too little memory, or a layer has inputs or scales that it cannot multiply.</exception>
    public DeviceLinear(IDevice device, Numerics numerics, params LinearWeight[] parts)
    {
        Form = LinearForm.Of(numerics, parts);
        Depth = parts[0].InputCount;
        Array.ForEach(parts, part => RequireShape(part, Form.Input.Element()));
        var encoders = Array.ConvertAll(parts, part => new RowEncoder(part, Form.Input.Element()));
        var outputs = parts.Sum(part => part.OutputCount);
        Columns = (outputs + ColumnMultiple - 1) / ColumnMultiple * ColumnMultiple;
        _columnScales = device.Allocate(Columns * sizeof(float));
        float[] scales = [.. encoders.SelectMany(encoder => encoder.ColumnScales()), .. new float[Columns - outputs]];
        if (W4Linear.ShapeOf(numerics, parts, Columns) is { } shape)
        {
            Packed = new W4Linear(device, shape, parts);
            device.Upload<float>(Array.ConvertAll(scales, scale => scale * shape.Factor), ColumnScales);
            return;
        }

        device.Upload<float>(scales, ColumnScales);
        _weights = device.Allocate((long)Columns * encoders[0].RowBytes);
        device.Fill(_weights.Address, 0, _weights.ByteCount);
        for (int part = 0, first = 0; part < parts.Length; first += parts[part++].OutputCount)
        {
            Copy(device, encoders[part], parts[part].OutputCount, _weights.Address + (ulong)((long)first * encoders[part].RowBytes));
        }

        _blockScales = Form.Input == InputForm.Nvfp4 ? WeightBlockScales.Store(device, parts, Columns) : null;
    }

    /// <summary>How it is multiplied.</summary>
    public LinearForm Form { get; }

    /// <summary>Inputs.</summary>
    public int Depth { get; }

    /// <summary>Outputs of all parts, filled up to a multiple of 16.</summary>
    public int Columns { get; }

    /// <summary>Address of what sums are multiplied by, besides the input's scales. // [Columns]</summary>
    public ulong ColumnScales => _columnScales.Address;

    /// <summary>The weights and their product, where they stay 4-bit codes; else null.</summary>
    public W4Linear? Packed { get; }

    /// <summary>Bytes on the device.</summary>
    public long ByteCount =>
        (_weights?.ByteCount ?? Packed!.ByteCount) + _columnScales.ByteCount + (_blockScales?.ByteCount ?? 0);

    /// <summary>Element type of logits, if this is the head.</summary>
    public ElementType LogitType => Form.Input == InputForm.Int8PerRow ? ElementType.Int32 : ElementType.Float32;

    /// <summary>Bytes that layers would take.</summary>
    /// <exception cref="BatchLLMException">A layer has inputs or scales that a device cannot multiply.</exception>
    public static long BytesOf(Numerics numerics, params LinearWeight[] parts)
    {
        var (type, depth) = (LinearForm.Of(numerics, parts).Input.Element(), parts[0].InputCount);
        Array.ForEach(parts, part => RequireShape(part, type));
        var columns = (parts.Sum(part => part.OutputCount) + ColumnMultiple - 1) / ColumnMultiple * ColumnMultiple;
        return columns * sizeof(float) + (W4Linear.ShapeOf(numerics, parts, columns) is { } shape
            ? W4Linear.BytesOf(shape)
            : columns * type.Bytes((long)depth) + (type == ElementType.E2M1 ? BlockScaleTiles.ByteCount(columns, depth) : 0));
    }

    /// <summary>Its product, where weights are a matrix, but for the input's block scales.</summary>
    /// <param name="x">Address of the input. // [rows, Depth] in the form's element</param>
    /// <param name="y">Address of the output. // [rows, Columns]</param>
    /// <param name="rows">Rows.</param>
    /// <param name="output">Element type of the output; null for the form's own.</param>
    public MatrixProduct Product(ulong x, ulong y, int rows, ElementType? output = null) =>
        new(x, _weights!.Address, y, rows, Columns, Depth, Form.Input.Element(), output ?? Form.Input.Output())
        {
            WScales = _blockScales?.Address ?? 0,
        };

    /// <inheritdoc/>
    public void Dispose()
    {
        _weights?.Dispose();
        Packed?.Dispose();
        _columnScales.Dispose();
        _blockScales?.Dispose();
    }

    private static void Copy(IDevice device, RowEncoder encoder, int rows, ulong address)
    {
        if (encoder.Draws is { } draws)
        {
            using var fill = new RandomFill(device, draws);
            fill.Run((long)rows * encoder.RowBytes / draws.ElementBytes, address);
            return;
        }

        var chunkRows = Math.Max(1, ChunkBytes / encoder.RowBytes);
        var chunk = new byte[Math.Min(chunkRows, rows) * encoder.RowBytes];
        for (var first = 0; first < rows; first += chunkRows)
        {
            var (start, count) = (first, Math.Min(chunkRows, rows - first));
            Parallel.For(0, count, row => encoder.Encode(start + row, chunk.AsSpan(row * encoder.RowBytes, encoder.RowBytes)));
            device.Upload(chunk.AsSpan(0, count * encoder.RowBytes), address + (ulong)((long)first * encoder.RowBytes));
        }
    }

    private static void RequireShape(LinearWeight part, ElementType type)
    {
        var multiple = type == ElementType.E2M1 ? Fp4InputMultiple : InputMultiple;
        if (part.InputCount % multiple != 0)
        {
            throw new BatchLLMException(
                $"Layer '{part.Name}' has {part.InputCount} inputs; a GPU multiplies multiples of {multiple}. Run on the CPU with " +
                "--device cpu.");
        }

        if (type == ElementType.E2M1 && part.Format != WeightFormat.Nvfp4)
        {
            throw new BatchLLMException(
                $"Layer '{part.Name}' is {part.Format}; a GPU multiplies inputs in NVFP4 by weights in NVFP4. Run on the CPU with " +
                "--device cpu.");
        }

        if (part.Format is WeightFormat.Fp8 or WeightFormat.Int8 && (part.BlockCount > 1 || part.InputFactors is not null))
        {
            throw new BatchLLMException(
                $"Layer '{part.Name}' has {part.BlockCount} scales an output or factors on its inputs; a GPU takes one scale an output. " +
                "Run on the CPU with --device cpu.");
        }
    }
}
