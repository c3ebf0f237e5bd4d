using BatchLLM.Checkpoints.Linear;
using BatchLLM.Engine.Memory;

namespace BatchLLM.Engine.Linear;

/// <summary>
/// Panels of signed bytes with a scale per column. Two k of one column stand side by side, as the instruction takes them that
/// multiplies pairs of 16-bit integers and adds the two products.
/// </summary>
internal sealed unsafe class Int8Panels : IPanelStore
{
    private readonly AlignedBuffer<sbyte> _codes; // [panels, pairs of k, width, 2]
    private readonly AlignedBuffer<float> _scales; // [panels, width]
    private readonly int _pairs;
    private readonly int _width;

    /// <summary>Packs a layer's codes; an odd depth is filled with a zero.</summary>
    public Int8Panels(LinearWeight weight, int width)
    {
        var depth = weight.InputCount;
        (_pairs, _width) = ((depth + 1) / 2, width);
        var panels = (weight.OutputCount + width - 1) / width;
        _codes = new AlignedBuffer<sbyte>((long)panels * _pairs * 2 * width);
        _scales = new AlignedBuffer<float>((long)panels * width);
        weight.ReadScales(0, new Span<float>(_scales.Pointer, weight.OutputCount));
        PanelPacking.Pack<byte>(weight.OutputCount, depth, width, weight.ReadCodes, (panel, values) =>
        {
            var target = Panel(panel);
            for (var i = 0; i < values.Length; i++)
            {
                var (k, column) = (i / width, i % width);
                target[(k / 2 * width + column) * 2 + k % 2] = (sbyte)values[i];
            }
        });
    }

    /// <inheritdoc/>
    public long ByteCount => _codes.Length + _scales.Length * sizeof(float);

    /// <summary>Pairs of k.</summary>
    public int PairCount => _pairs;

    /// <summary>A panel's codes. // [pairs, width, 2]</summary>
    public sbyte* Panel(int panel) => _codes.Pointer + (long)panel * _pairs * 2 * _width;

    /// <inheritdoc/>
    public float* Scales(int panel) => _scales.Pointer + (long)panel * _width;

    /// <inheritdoc/>
    public float* Run(int panel, int k, int count, float* scratch)
    {
        for (var i = 0; i < count; i++)
        {
            var codes = Panel(panel) + (k + i) / 2 * 2 * _width + (k + i) % 2;
            for (var column = 0; column < _width; column++)
            {
                scratch[i * _width + column] = codes[2 * column];
            }
        }

        return scratch;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _codes.Dispose();
        _scales.Dispose();
    }
}
