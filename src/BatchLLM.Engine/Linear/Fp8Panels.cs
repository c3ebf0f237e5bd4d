using System.Runtime.Intrinsics;
using BatchLLM.Checkpoints.Linear;
using BatchLLM.Engine.Memory;

namespace BatchLLM.Engine.Linear;

/// <summary>
/// Panels of E4M3 codes, two k of one column side by side, with a scale per column; a tensor's one scale is repeated, so that
/// siblings keep their own.
/// </summary>
internal sealed unsafe class Fp8Panels : IEncodedPanels
{
    private readonly AlignedBuffer<byte> _codes; // [panels, pairs of k, width, 2]
    private readonly AlignedBuffer<float> _scales; // [panels, width]
    private readonly long _panelElements;
    private readonly int _width;

    /// <summary>Packs a layer's codes.</summary>
    public Fp8Panels(LinearWeight weight, int width)
    {
        (_width, _panelElements) = (width, PairPacking.Elements(weight.InputCount, width));
        var panels = (weight.OutputCount + width - 1) / width;
        _codes = new AlignedBuffer<byte>(panels * _panelElements);
        _scales = new AlignedBuffer<float>((long)panels * width);
        weight.ReadScales(0, new Span<float>(_scales.Pointer, weight.OutputCount));
        PanelPacking.Pack<byte>(weight.OutputCount, weight.InputCount, width, weight.ReadCodes, (panel, values) =>
        {
            PanelChecks.RefuseNaN(weight, panel * width, values);
            PairPacking.Interleave(values, width, Encoded(panel));
        });
    }

    /// <inheritdoc/>
    public long ByteCount => _codes.Length + _scales.Length * sizeof(float);

    /// <inheritdoc/>
    public WeightEncoding Encoding => WeightEncoding.Fp8Pairs;

    /// <inheritdoc/>
    public byte* Encoded(int panel) => _codes.Pointer + panel * _panelElements;

    /// <inheritdoc/>
    public float* Scales(int panel) => _scales.Pointer + (long)panel * _width;

    /// <inheritdoc/>
    public float* Run(int panel, int k, int count, float* scratch)
    {
        for (var i = 0; i < count; i++)
        {
            var pairs = (ushort*)Encoded(panel) + (long)(k + i) / 2 * _width;
            for (var column = 0; column < _width; column += 8)
            {
                SmallFloats.DecodeE4M3(pairs + column, (k + i) % 2).Store(scratch + i * _width + column);
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
