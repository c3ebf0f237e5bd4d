using System.Runtime.Intrinsics;
using BatchLLM.Checkpoints.Formats;
using BatchLLM.Engine.Memory;
using BatchLLM.Engine.Threading;

namespace BatchLLM.Engine.Linear;

/// <summary>
/// The input of a product of BF16 pairs. What the numerics round to E4M3 or E2M1 is exact in BF16, its scale kept beside it;
/// anything else is rounded to BF16, to nearest even. Reused.
/// </summary>
internal sealed unsafe class BrainFloatRows : IWorkItems, IDisposable
{
    private const int RowChunk = 4;
    private const int Padding = 32;

    private readonly AlignedBuffer<ushort> _bits; // [rows, stride]
    private readonly AlignedBuffer<float> _scales; // [rows]
    private readonly int _stride;
    private Matrix _rows;
    private InputRounding _rounding;
    private int _rowCount;
    private int _depth;

    /// <summary>Allocates rows.</summary>
    /// <param name="rowCount">Most rows.</param>
    /// <param name="depth">Most elements of a row.</param>
    public BrainFloatRows(int rowCount, int depth)
    {
        // One cache line more than whole lines, so that rows do not fall into the same few cache sets.
        _stride = (depth + Padding - 1) / Padding * Padding + Padding;
        _bits = new AlignedBuffer<ushort>((long)rowCount * _stride);
        _scales = new AlignedBuffer<float>(rowCount);
    }

    /// <inheritdoc/>
    public int Count => (_rowCount + RowChunk - 1) / RowChunk;

    /// <summary>What the product takes. // [rows, (depth + 1) / 2]</summary>
    public ProductInput Input => new(new Matrix((float*)_bits.Pointer, _stride / 2), _scales.Pointer);

    /// <summary>Sets the next rows.</summary>
    /// <param name="rows">Input, which keeps its values. // [rowCount, depth]</param>
    /// <param name="rowCount">Rows.</param>
    /// <param name="depth">Elements of a row.</param>
    /// <param name="rounding">What the numerics round it to.</param>
    public BrainFloatRows Of(Matrix rows, int rowCount, int depth, InputRounding rounding)
    {
        (_rows, _rowCount, _depth, _rounding) = (rows, rowCount, depth, rounding);
        return this;
    }

    /// <inheritdoc/>
    public void Run(int item, int worker)
    {
        for (var row = item * RowChunk; row < Math.Min(_rowCount, (item + 1) * RowChunk); row++)
        {
            var target = _bits.Pointer + (long)row * _stride;
            _scales.Pointer[row] = Convert(_rows[row], target);
            target[_depth] = 0;
        }
    }

    // Static scales are inverted once and multiplied, row scales divide, as RowRounder does.
    private float Convert(float* x, ushort* target)
    {
        switch (_rounding.Kind)
        {
            case InputRoundingKind.E4M3Static:
                Write(x, target, 1 / _rounding.Scale, 1);
                return _rounding.Scale;
            case InputRoundingKind.E4M3PerRow:
                var scale = MathF.Max(RowMaximum.OfMagnitudes(x, _depth) / E4M3.MaxValue, RowRounder.SmallestRowScale);
                Write(x, target, 1, scale);
                return scale;
            case InputRoundingKind.Nvfp4:
                WriteBlocks(x, target);
                return _rounding.Scale;
            default:
                BrainFloat.Round(x, target, _depth);
                return 1;
        }
    }

    private void WriteBlocks(float* x, ushort* target)
    {
        var block = stackalloc float[RowRounder.Nvfp4Block];
        for (var k = 0; k < _depth; k += RowRounder.Nvfp4Block)
        {
            var values = new Span<float>(block, RowRounder.Nvfp4Block);
            new ReadOnlySpan<float>(x + k, RowRounder.Nvfp4Block).CopyTo(values);
            RowRounder.RoundBlockUnscaled(values, _rounding.Scale);
            BrainFloat.Round(block, target + k, RowRounder.Nvfp4Block);
        }
    }

    private void Write(float* x, ushort* target, float factor, float divisor)
    {
        var i = 0;
        for (; i <= _depth - 16; i += 16)
        {
            var low = SmallFloats.RoundE4M3(Vector256.Load(x + i) * factor / divisor);
            var high = SmallFloats.RoundE4M3(Vector256.Load(x + i + 8) * factor / divisor);
            BrainFloat.Round(low, high).Store(target + i);
        }

        for (; i < _depth; i++)
        {
            target[i] = BrainFloat.Round(E4M3.Round(x[i] * factor / divisor));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _bits.Dispose();
        _scales.Dispose();
    }
}
