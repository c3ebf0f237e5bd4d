using System.Runtime.Intrinsics;
using BatchLLM.Checkpoints.Linear;
using BatchLLM.Engine.Memory;

namespace BatchLLM.Engine.Linear;

/// <summary>Panels of E4M3 codes with a scale per column; a tensor's one scale is repeated, so that siblings keep their own.</summary>
internal sealed unsafe class Fp8Panels : IPanelStore
{
    private readonly AlignedBuffer<byte> _codes; // [panels, depth, width]
    private readonly AlignedBuffer<float> _scales; // [panels, width]
    private readonly int _depth;
    private readonly int _width;

    /// <summary>Packs a layer's codes.</summary>
    public Fp8Panels(LinearWeight weight, int width)
    {
        (_depth, _width) = (weight.InputCount, width);
        var panels = (weight.OutputCount + width - 1) / width;
        _codes = new AlignedBuffer<byte>((long)panels * _depth * width);
        _scales = new AlignedBuffer<float>((long)panels * width);
        weight.ReadScales(0, new Span<float>(_scales.Pointer, weight.OutputCount));
        PanelPacking.Pack<byte>(weight.OutputCount, _depth, width, weight.ReadCodes, (panel, values) =>
        {
            PanelChecks.RefuseNaN(weight, panel * width, values);
            values.CopyTo(new Span<byte>(_codes.Pointer + (long)panel * _depth * width, values.Length));
        });
    }

    /// <inheritdoc/>
    public long ByteCount => _codes.Length + _scales.Length * sizeof(float);

    /// <inheritdoc/>
    public float* Run(int panel, int k, int count, float* scratch)
    {
        var codes = _codes.Pointer + ((long)panel * _depth + k) * _width;
        var scales = _scales.Pointer + (long)panel * _width;
        for (var column = 0; column < _width; column += 8)
        {
            var scale = Vector256.Load(scales + column);
            for (var i = 0; i < count; i++)
            {
                (SmallFloats.DecodeE4M3(codes + i * _width + column) * scale).Store(scratch + i * _width + column);
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
