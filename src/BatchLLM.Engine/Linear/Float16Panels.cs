using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Linear;
using BatchLLM.Engine.Memory;

namespace BatchLLM.Engine.Linear;

/// <summary>Panels of F16: half the memory and traffic of float32, widened exactly.</summary>
internal sealed unsafe class Float16Panels : IEncodedPanels
{
    private readonly AlignedBuffer<ushort> _weights; // [panels, depth, width]
    private readonly int _depth;
    private readonly int _width;

    /// <summary>Packs a layer's weights.</summary>
    public Float16Panels(LinearWeight weight, int width)
    {
        (_depth, _width) = (weight.InputCount, width);
        var panels = (weight.OutputCount + width - 1) / width;
        _weights = new AlignedBuffer<ushort>((long)panels * _depth * width);
        PanelPacking.Pack<ushort>(weight.OutputCount, _depth, width, weight.ReadBits16, (panel, values) =>
            values.CopyTo(new Span<ushort>(_weights.Pointer + (long)panel * _depth * width, values.Length)));
    }

    /// <inheritdoc/>
    public long ByteCount => _weights.Length * sizeof(ushort);

    /// <inheritdoc/>
    public WeightEncoding Encoding => WeightEncoding.Float16;

    /// <inheritdoc/>
    public byte* Encoded(int panel) => (byte*)(_weights.Pointer + (long)panel * _depth * _width);

    /// <inheritdoc/>
    public float* Scales(int panel) => null;

    /// <inheritdoc/>
    public float* Run(int panel, int k, int count, float* scratch)
    {
        SixteenBits.Widen(TensorType.F16, _weights.Pointer + ((long)panel * _depth + k) * _width, scratch, count * _width);
        return scratch;
    }

    /// <inheritdoc/>
    public void Dispose() => _weights.Dispose();
}
