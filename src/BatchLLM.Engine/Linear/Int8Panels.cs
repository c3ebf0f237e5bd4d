using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using BatchLLM.Checkpoints.Linear;
using BatchLLM.Engine.Memory;

namespace BatchLLM.Engine.Linear;

/// <summary>
/// Panels of signed bytes with a scale per column. Four k of one column stand side by side, as the instruction takes them that
/// multiplies four bytes and adds the products.
/// </summary>
internal sealed unsafe class Int8Panels : IIntegerPanels
{
    private const int Quad = 4;
    private const int StripColumns = IntegerTile.StripColumns;
    private const int QuadBytes = Quad * StripColumns;

    // Activations are bytes raised by this where products are of bytes.
    private const int Raise = 128;

    private readonly AlignedBuffer<sbyte> _codes; // [panels, strips, quads, 16, 4]
    private readonly AlignedBuffer<float> _scales; // [panels, width]
    private readonly AlignedBuffer<int> _sums; // [panels, width]: -128 times the sum of the codes
    private readonly int _quads;
    private readonly int _width;

    /// <summary>Packs a layer's codes; a depth that is not whole quads is filled with zeros.</summary>
    public Int8Panels(LinearWeight weight, int width)
    {
        var depth = weight.InputCount;
        (_quads, _width) = ((depth + Quad - 1) / Quad, width);
        var panels = (weight.OutputCount + width - 1) / width;
        _codes = new AlignedBuffer<sbyte>((long)panels * _quads * Quad * width);
        _scales = new AlignedBuffer<float>((long)panels * width);
        _sums = new AlignedBuffer<int>((long)panels * width);
        weight.ReadScales(0, new Span<float>(_scales.Pointer, weight.OutputCount));
        PanelPacking.Pack<byte>(weight.OutputCount, depth, width, weight.ReadCodes, Pack);
    }

    /// <inheritdoc/>
    public long ByteCount => _codes.Length + _scales.Length * sizeof(float) + _sums.Length * sizeof(int);

    /// <inheritdoc/>
    public int StepCount => _quads;

    /// <inheritdoc/>
    public int StepDepth => Quad;

    /// <inheritdoc/>
    public IIntegerKernel Kernel(IntegerKernels kernels, int rowCount) => kernels.WholeSums(rowCount, _quads);

    /// <inheritdoc/>
    public int ExpandedStepBytes(IIntegerKernel kernel) => kernel.ReadsCodes ? 0 : QuadBytes * sizeof(short);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public byte* Steps(int strip, int first, int count, IIntegerKernel kernel, byte* scratch)
    {
        var codes = Codes(strip, first);
        if (kernel.ReadsCodes)
        {
            return codes;
        }

        for (var quad = 0; quad < count; quad++)
        {
            QuadWidening.Widen(codes + quad * QuadBytes, (short*)scratch + quad * QuadBytes);
        }

        return scratch;
    }

    /// <inheritdoc/>
    public byte* Codes(int strip, int step) => (byte*)Strip(strip) + (nint)step * QuadBytes;

    /// <inheritdoc/>
    public void Start(int strip, IntegerForm form, int* sums)
    {
        var start = new Span<int>(sums, StripColumns);
        if (form == IntegerForm.Shorts)
        {
            start.Clear();
        }
        else
        {
            new ReadOnlySpan<int>(_sums.Pointer + (long)strip * StripColumns, StripColumns).CopyTo(start);
        }
    }

    /// <inheritdoc/>
    public void Scale(int strip, int* sums, float rowScale, float* c, bool adds)
    {
        var scales = _scales.Pointer + (long)strip * StripColumns;
        var row = Vector256.Create(rowScale);
        for (var j = 0; j < StripColumns; j += 8)
        {
            var result = row * (Vector256.Load(scales + j) * Vector256.ConvertToSingle(Vector256.Load(sums + j)));
            (adds ? Vector256.Load(c + j) + result : result).Store(c + j);
        }
    }

    /// <inheritdoc/>
    public float* Scales(int panel) => _scales.Pointer + (long)panel * _width;

    /// <inheritdoc/>
    public float* Run(int panel, int k, int count, float* scratch)
    {
        for (var i = 0; i < count; i++)
        {
            var (quad, place) = Math.DivRem(k + i, Quad);
            for (var column = 0; column < _width; column++)
            {
                var codes = Strip((panel * _width + column) / StripColumns) + (nint)quad * QuadBytes;
                scratch[i * _width + column] = codes[column % StripColumns * Quad + place];
            }
        }

        return scratch;
    }

    private sbyte* Strip(int strip) => _codes.Pointer + (long)strip * _quads * QuadBytes;

    private void Pack(int panel, ReadOnlySpan<byte> values)
    {
        for (var column = 0; column < _width; column += StripColumns)
        {
            var strip = (panel * _width + column) / StripColumns;
            var codes = Strip(strip);
            var sums = _sums.Pointer + (long)strip * StripColumns;
            for (var i = column; i < values.Length; i += _width)
            {
                var (quad, place) = Math.DivRem(i / _width, Quad);
                var target = codes + (nint)quad * QuadBytes + place;
                for (var j = 0; j < StripColumns; j++)
                {
                    var code = (sbyte)values[i + j];
                    target[j * Quad] = code;
                    sums[j] -= Raise * code;
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _codes.Dispose();
        _scales.Dispose();
        _sums.Dispose();
    }
}
