using System.Runtime.Intrinsics;
using BatchLLM.Checkpoints.Formats;
using BatchLLM.Checkpoints.Linear;
using BatchLLM.Engine.Memory;

namespace BatchLLM.Engine.Linear;

/// <summary>
/// Panels of E2M1 codes, two to a byte, with an E4M3 scale per column and block of k, and one global scale: 4.5 bits a weight.
/// </summary>
internal sealed unsafe class Nvfp4Panels : IPanelStore
{
    private readonly NibblePanels _codes;
    private readonly AlignedBuffer<byte> _scales; // [panels, blocks, width]
    private readonly AlignedBuffer<float> _globalScale; // [panels, width], all the same
    private readonly int _blocks;
    private readonly int _blockSize;
    private readonly int _width;

    /// <summary>Packs a layer's codes.</summary>
    public Nvfp4Panels(LinearWeight weight, int width)
    {
        (_blocks, _blockSize, _width) = (weight.BlockCount, weight.BlockSize, width);
        _codes = new NibblePanels(weight, width);
        _globalScale = new AlignedBuffer<float>((long)_codes.PanelCount * width);
        new Span<float>(_globalScale.Pointer, _codes.PanelCount * width).Fill(weight.GlobalScale);
        _scales = new AlignedBuffer<byte>((long)_codes.PanelCount * _blocks * width);
        PanelPacking.Pack<float>(weight.OutputCount, _blocks, width, weight.ReadScales, (panel, values) =>
        {
            var target = new Span<byte>(_scales.Pointer + (long)panel * _blocks * width, values.Length);
            for (var i = 0; i < values.Length; i++)
            {
                target[i] = E4M3.Encode(values[i]);
            }
        });
    }

    /// <inheritdoc/>
    public long ByteCount => _codes.ByteCount + _scales.Length;

    /// <inheritdoc/>
    public float* Scales(int panel) => _globalScale.Pointer + (long)panel * _width;

    /// <inheritdoc/>
    public float* Run(int panel, int k, int count, float* scratch)
    {
        for (var i = 0; i < count;)
        {
            var block = (k + i) / _blockSize;
            var end = Math.Min(count, (block + 1) * _blockSize - k);
            var scales = _scales.Pointer + ((long)panel * _blocks + block) * _width;
            for (var column = 0; column < _width; column += 16)
            {
                var (left, right) = (SmallFloats.DecodeE4M3(scales + column), SmallFloats.DecodeE4M3(scales + column + 8));
                var codes = _codes.At(panel, k + i, column);
                var target = scratch + i * _width + column;
                for (var row = i; row < end; row++, codes += _codes.Stride, target += _width)
                {
                    // Code times block scale is exact; only the global scale rounds, once per sum.
                    var both = SmallFloats.Widen(codes);
                    (SmallFloats.DecodeE2M1(both) * left).Store(target);
                    (SmallFloats.DecodeE2M1(both >>> 4) * right).Store(target + 8);
                }
            }

            i = end;
        }

        return scratch;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _codes.Dispose();
        _scales.Dispose();
        _globalScale.Dispose();
    }
}
