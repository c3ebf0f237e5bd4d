using System.Runtime.Intrinsics;
using BatchLLM.Checkpoints.Formats;
using BatchLLM.Engine.Memory;
using BatchLLM.Engine.Threading;

namespace BatchLLM.Engine.Linear;

/// <summary>Rounds the rows of a linear layer's input in place to what the layer's hardware format can hold. Reused.</summary>
/// <remarks>
/// In place and back to float32, so that the product is the same for all formats. The scales are then inside the sum instead
/// of in front of it, which differs by the rounding of float32 alone.
/// </remarks>
internal sealed unsafe class RowRounder : IWorkItems
{
    /// <summary>Elements that share a scale in NVFP4.</summary>
    public const int Nvfp4Block = 16;

    /// <summary>The smallest scale of a row, so that a row of zeros divides by something (vLLM, fp8/common.cu).</summary>
    public const float SmallestRowScale = 1 / (E4M3.MaxValue * 512);

    private const int RowChunk = 8;

    private Matrix _rows;
    private InputRounding _rounding;
    private int _rowCount;
    private int _depth;

    /// <inheritdoc/>
    public int Count => (_rowCount + RowChunk - 1) / RowChunk;

    /// <summary>Sets the next rows.</summary>
    /// <param name="rows">Rounded in place. // [rowCount, depth]</param>
    /// <param name="rowCount">Rows.</param>
    /// <param name="depth">Elements of a row.</param>
    /// <param name="rounding">To what.</param>
    public RowRounder Of(Matrix rows, int rowCount, int depth, InputRounding rounding)
    {
        (_rows, _rowCount, _depth, _rounding) = (rows, rowCount, depth, rounding);
        return this;
    }

    /// <inheritdoc/>
    public void Run(int item, int worker)
    {
        for (var row = item * RowChunk; row < Math.Min(_rowCount, (item + 1) * RowChunk); row++)
        {
            Round(_rows[row]);
        }
    }

    private void Round(float* x)
    {
        switch (_rounding.Kind)
        {
            case InputRoundingKind.E4M3Static:
                RoundStatic(x, 1 / _rounding.Scale, _rounding.Scale);
                break;
            case InputRoundingKind.E4M3PerRow:
                RoundPerRow(x, MathF.Max(RowMaximum.OfMagnitudes(x, _depth) / E4M3.MaxValue, SmallestRowScale));
                break;
            case InputRoundingKind.Nvfp4:
                for (var k = 0; k < _depth; k += Nvfp4Block)
                {
                    RoundBlock(new Span<float>(x + k, Nvfp4Block), _rounding.Scale);
                }

                break;
        }
    }

    // Static scales are inverted once and multiplied, row scales divide: that is what the published kernels do.
    private void RoundStatic(float* x, float inverse, float scale)
    {
        var i = 0;
        for (; i <= _depth - 8; i += 8)
        {
            (SmallFloats.RoundE4M3(Vector256.Load(x + i) * inverse) * scale).Store(x + i);
        }

        for (; i < _depth; i++)
        {
            x[i] = E4M3.Round(x[i] * inverse) * scale;
        }
    }

    private void RoundPerRow(float* x, float scale)
    {
        var i = 0;
        for (; i <= _depth - 8; i += 8)
        {
            (SmallFloats.RoundE4M3(Vector256.Load(x + i) / scale) * scale).Store(x + i);
        }

        for (; i < _depth; i++)
        {
            x[i] = E4M3.Round(x[i] / scale) * scale;
        }
    }

    /// <summary>Rounds one block to NVFP4 as Blackwell's conversion does, with exact instead of approximate reciprocals.</summary>
    /// <param name="x">Rounded in place. // [16]</param>
    /// <param name="globalScale">Largest calibrated magnitude / 2688.</param>
    internal static void RoundBlock(Span<float> x, float globalScale)
    {
        RoundBlockUnscaled(x, globalScale);
        foreach (ref var value in x)
        {
            value *= globalScale;
        }
    }

    /// <summary>As <see cref="RoundBlock"/>, but leaves the global scale to be multiplied in: products of code and block scale.</summary>
    /// <param name="x">Rounded in place. // [16]</param>
    /// <param name="globalScale">Largest calibrated magnitude / 2688.</param>
    internal static void RoundBlockUnscaled(Span<float> x, float globalScale)
    {
        var global = 1 / globalScale;
        var largest = 0f;
        foreach (var value in x)
        {
            largest = MathF.Max(largest, MathF.Abs(value));
        }

        if (float.IsNaN(largest))
        {
            x.Fill(float.NaN);
            return;
        }

        var scale = E4M3.Round(global * (largest * (1 / E2M1.MaxValue)));
        var reciprocal = scale == 0 ? 0 : 1 / (scale * (1 / global));
        for (var i = 0; i < x.Length; i++)
        {
            x[i] = E2M1.Decode(E2M1.Encode(x[i] * reciprocal)) * scale;
        }
    }
}
