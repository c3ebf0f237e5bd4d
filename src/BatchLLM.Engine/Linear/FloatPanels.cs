using BatchLLM.Checkpoints.Linear;
using BatchLLM.Engine.Memory;

namespace BatchLLM.Engine.Linear;

/// <summary>Panels of float32: F32 weights, and unquantized ones with input factors, which are multiplied in.</summary>
internal sealed unsafe class FloatPanels : IEncodedPanels
{
    private readonly AlignedBuffer<float> _weights; // [panels, depth, width]
    private readonly int _depth;
    private readonly int _width;

    /// <summary>Packs a layer's weights, its input factors multiplied in.</summary>
    public FloatPanels(LinearWeight weight, int width)
    {
        (_depth, _width) = (weight.InputCount, width);
        var panels = (weight.OutputCount + width - 1) / width;
        _weights = new AlignedBuffer<float>((long)panels * _depth * width);
        PanelPacking.Pack<float>(weight.OutputCount, _depth, width, weight.ReadFloats, (panel, values) =>
        {
            var target = new Span<float>(_weights.Pointer + (long)panel * _depth * width, values.Length);
            values.CopyTo(target);
            Multiply(target, weight.InputFactors);
        });
    }

    /// <inheritdoc/>
    public long ByteCount => _weights.Length * sizeof(float);

    /// <inheritdoc/>
    public WeightEncoding Encoding => WeightEncoding.Float32;

    /// <inheritdoc/>
    public byte* Encoded(int panel) => (byte*)(_weights.Pointer + (long)panel * _depth * _width);

    /// <inheritdoc/>
    public float* Scales(int panel) => null;

    /// <inheritdoc/>
    public float* Run(int panel, int k, int count, float* scratch) =>
        _weights.Pointer + ((long)panel * _depth + k) * _width;

    private void Multiply(Span<float> panel, float[]? factors)
    {
        for (var i = 0; factors is not null && i < panel.Length; i++)
        {
            panel[i] *= factors[i / _width];
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _weights.Dispose();
}
