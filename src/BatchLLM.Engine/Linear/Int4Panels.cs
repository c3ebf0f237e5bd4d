using System.Runtime.Intrinsics;
using BatchLLM.Checkpoints.Linear;
using BatchLLM.Engine.Memory;

namespace BatchLLM.Engine.Linear;

/// <summary>Panels of unsigned 4-bit codes with a scale and a zero point per column and block of k: (code - zero point) scale.</summary>
internal sealed unsafe class Int4Panels : IPanelStore
{
    private readonly NibblePanels _codes;
    private readonly AlignedBuffer<float> _scales; // [panels, blocks, width]
    private readonly AlignedBuffer<byte> _zeroPoints; // [panels, blocks, width]
    private readonly int _blocks;
    private readonly int _blockSize;
    private readonly int _width;

    /// <summary>Packs a layer's codes.</summary>
    public Int4Panels(LinearWeight weight, int width)
    {
        (_blocks, _blockSize, _width) = (weight.BlockCount, weight.BlockSize, width);
        _codes = new NibblePanels(weight, width);
        _scales = new AlignedBuffer<float>((long)_codes.PanelCount * _blocks * width);
        _zeroPoints = new AlignedBuffer<byte>(_scales.Length);
        PanelPacking.Pack<float>(weight.OutputCount, _blocks, width, weight.ReadScales, (panel, values) =>
            values.CopyTo(new Span<float>(_scales.Pointer + (long)panel * _blocks * width, values.Length)));
        PanelPacking.Pack<byte>(weight.OutputCount, _blocks, width, weight.ReadZeroPoints, (panel, values) =>
            values.CopyTo(new Span<byte>(_zeroPoints.Pointer + (long)panel * _blocks * width, values.Length)));
    }

    /// <inheritdoc/>
    public long ByteCount => _codes.ByteCount + _scales.Length * sizeof(float) + _zeroPoints.Length;

    /// <inheritdoc/>
    public float* Scales(int panel) => null;

    /// <inheritdoc/>
    public float* Run(int panel, int k, int count, float* scratch)
    {
        for (var i = 0; i < count;)
        {
            var block = (k + i) / _blockSize;
            var end = Math.Min(count, (block + 1) * _blockSize - k);
            var start = ((long)panel * _blocks + block) * _width;
            for (var column = 0; column < _width; column += 16)
            {
                var (left, right) = (Vector256.Load(_scales.Pointer + start + column), Vector256.Load(_scales.Pointer + start + column + 8));
                var leftZero = SmallFloats.Widen(_zeroPoints.Pointer + start + column);
                var rightZero = SmallFloats.Widen(_zeroPoints.Pointer + start + column + 8);
                var codes = _codes.At(panel, k + i, column);
                var target = scratch + i * _width + column;
                for (var row = i; row < end; row++, codes += _codes.Stride, target += _width)
                {
                    var both = SmallFloats.Widen(codes);
                    (Vector256.ConvertToSingle((both & Vector256.Create(15)) - leftZero) * left).Store(target);
                    (Vector256.ConvertToSingle((both >>> 4) - rightZero) * right).Store(target + 8);
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
        _zeroPoints.Dispose();
    }
}
