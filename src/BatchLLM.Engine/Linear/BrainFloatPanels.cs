using System.Runtime.Intrinsics;
using BatchLLM.Checkpoints.Linear;
using BatchLLM.Engine.Memory;

namespace BatchLLM.Engine.Linear;

/// <summary>Panels of BF16, two k of one column side by side, widened exactly.</summary>
internal sealed unsafe class BrainFloatPanels : IEncodedPanels
{
    private readonly AlignedBuffer<ushort> _weights; // [panels, pairs of k, width, 2]
    private readonly long _panelElements;
    private readonly int _width;

    /// <summary>Packs a layer's weights.</summary>
    public BrainFloatPanels(LinearWeight weight, int width)
    {
        (_width, _panelElements) = (width, PairPacking.Elements(weight.InputCount, width));
        var panels = (weight.OutputCount + width - 1) / width;
        _weights = new AlignedBuffer<ushort>(panels * _panelElements);
        PanelPacking.Pack<ushort>(weight.OutputCount, weight.InputCount, width, weight.ReadBits16, (panel, values) =>
            PairPacking.Interleave(values, width, _weights.Pointer + panel * _panelElements));
    }

    /// <inheritdoc/>
    public long ByteCount => _weights.Length * sizeof(ushort);

    /// <inheritdoc/>
    public WeightEncoding Encoding => WeightEncoding.BrainFloatPairs;

    /// <inheritdoc/>
    public byte* Encoded(int panel) => (byte*)(_weights.Pointer + panel * _panelElements);

    /// <inheritdoc/>
    public float* Scales(int panel) => null;

    /// <inheritdoc/>
    public float* Run(int panel, int k, int count, float* scratch)
    {
        for (var i = 0; i < count; i++)
        {
            var pairs = (uint*)Encoded(panel) + (long)(k + i) / 2 * _width;
            var isOdd = (k + i) % 2 != 0;
            for (var column = 0; column < _width; column += 8)
            {
                var both = Vector256.Load(pairs + column);
                (isOdd ? both & Vector256.Create(0xFFFF0000) : both << 16).AsSingle().Store(scratch + i * _width + column);
            }
        }

        return scratch;
    }

    /// <inheritdoc/>
    public void Dispose() => _weights.Dispose();
}
