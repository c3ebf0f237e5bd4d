using BatchLLM.Checkpoints;
using BatchLLM.Engine.Memory;

namespace BatchLLM.Engine.Linear;

/// <summary>
/// Weights of one or more linear layers that read the same input, as column panels: panel p holds columns
/// [p width, (p + 1) width) of the transposed weight, k-major, so that the kernel reads them in a straight line.
/// </summary>
/// <remarks>
/// BF16 weights stay BF16, half the memory and traffic, and are widened a block at a time into first-level cache; that
/// is exact. F16 and F32 weights are kept as F32: F16 does not fit BF16.
/// </remarks>
internal sealed unsafe class PackedMatrix : IDisposable
{
    private readonly AlignedBuffer<ushort>? _bits;
    private readonly AlignedBuffer<float>? _floats;

    /// <summary>Packs weights.</summary>
    /// <param name="width">Columns of a panel.</param>
    /// <param name="parts">Weights, each [columns, k] with the same k; every part begins a new panel.</param>
    public PackedMatrix(int width, params Tensor[] parts)
    {
        Width = width;
        Depth = checked((int)parts[0].Shape[1]);
        PartColumns = Array.ConvertAll(parts, p => (checked((int)p.Shape[0]) + width - 1) / width * width);
        PanelCount = PartColumns.Sum() / width;
        var length = (long)PanelCount * width * Depth;
        if (Array.TrueForAll(parts, p => p.Type == TensorType.BF16))
        {
            _bits = new AlignedBuffer<ushort>(length);
        }
        else
        {
            _floats = new AlignedBuffer<float>(length);
        }

        var first = 0;
        foreach (var part in parts)
        {
            Pack(part, first);
            first += (checked((int)part.Shape[0]) + width - 1) / width;
        }
    }

    /// <summary>Columns of a panel.</summary>
    public int Width { get; }

    /// <summary>k, the width of the input.</summary>
    public int Depth { get; }

    /// <summary>Panels in all.</summary>
    public int PanelCount { get; }

    /// <summary>Columns of the result, with padding; padding columns come out as zero.</summary>
    public int ColumnCount => PanelCount * Width;

    /// <summary>Columns of each part, with its padding. // [parts]</summary>
    public int[] PartColumns { get; }

    /// <summary>A run of k of one panel as float32: the weights themselves, or widened into the scratch.</summary>
    /// <param name="panel">Which panel.</param>
    /// <param name="k">First k.</param>
    /// <param name="count">How many.</param>
    /// <param name="scratch">Room for count x width elements.</param>
    public float* Run(int panel, int k, int count, float* scratch)
    {
        var offset = ((long)panel * Depth + k) * Width;
        if (_floats is not null)
        {
            return _floats.Pointer + offset;
        }

        BrainFloat.Widen(_bits!.Pointer + offset, scratch, count * Width);
        return scratch;
    }

    private void Pack(Tensor part, int firstPanel)
    {
        var columns = (int)part.Shape[0];
        Parallel.For(0, (columns + Width - 1) / Width, p =>
        {
            var start = (long)(firstPanel + p) * Width * Depth;
            for (var j = 0; j < Math.Min(Width, columns - p * Width); j++)
            {
                PackColumn(part, p * Width + j, start + j);
            }
        });
    }

    private void PackColumn(Tensor part, int column, long start)
    {
        if (_bits is not null)
        {
            var bits = new ushort[Depth];
            part.ReadBits16((long)column * Depth, bits);
            Scatter(bits, _bits.Pointer + start);
        }
        else
        {
            var floats = new float[Depth];
            part.ReadFloats((long)column * Depth, floats);
            Scatter(floats, _floats!.Pointer + start);
        }
    }

    private void Scatter<T>(T[] column, T* destination)
        where T : unmanaged
    {
        for (var k = 0; k < column.Length; k++)
        {
            destination[(long)k * Width] = column[k];
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _bits?.Dispose();
        _floats?.Dispose();
    }
}
