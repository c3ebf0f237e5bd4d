using System.Runtime.Intrinsics;
using BatchLLM.Engine.Layers;

namespace BatchLLM.Engine.Calibration;

/// <summary>
/// y = x Wᵀ on plain float32 matrices. Calibration reads each weight once for many tokens, so packing it first, as the
/// engine does, would cost more than it saves.
/// </summary>
internal static unsafe class RowProducts
{
    private const int Tile = 4;

    /// <summary>Multiplies.</summary>
    /// <param name="x">// [rows, inputs]</param>
    /// <param name="weights">// [outputs, inputs]</param>
    /// <param name="y">Receives the product. // [rows, outputs]</param>
    /// <param name="rows">Rows.</param>
    /// <param name="inputs">Columns of x and of W.</param>
    public static void Multiply(float[] x, float[] weights, float[] y, int rows, int inputs)
    {
        var outputs = weights.Length / inputs;
        Parallel.For(0, (outputs + Tile - 1) / Tile, tile =>
        {
            fixed (float* xs = x, ws = weights, ys = y)
            {
                for (var row = 0; row < rows; row += Tile)
                {
                    MultiplyTile(xs, ws, ys, (row, Math.Min(Tile, rows - row)), (tile * Tile, Math.Min(Tile, outputs - tile * Tile)), inputs, outputs);
                }
            }
        });
    }

    /// <summary>The sum of products of two vectors.</summary>
    public static float Dot(float* a, float* b, int count)
    {
        var sums = Vector256<float>.Zero;
        var i = 0;
        for (; i <= count - 8; i += 8)
        {
            sums = Vector256.FusedMultiplyAdd(Vector256.Load(a + i), Vector256.Load(b + i), sums);
        }

        var sum = Lanes.Sum(sums);
        for (; i < count; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }

    private static void MultiplyTile(
        float* x, float* weights, float* y, (int First, int Count) rows, (int First, int Count) outs, int inputs, int outputs)
    {
        for (var n = outs.First; n < outs.First + outs.Count; n++)
        {
            var w = weights + (long)n * inputs;
            var first = x + (long)rows.First * inputs;
            var into = y + (long)rows.First * outputs + n;
            if (rows.Count == Tile)
            {
                MultiplyFour(first, w, into, inputs, outputs);
                continue;
            }

            for (var row = 0; row < rows.Count; row++)
            {
                into[(long)row * outputs] = Dot(first + (long)row * inputs, w, inputs);
            }
        }
    }

    // Four rows share each load of the weights; the sums stay in registers.
    private static void MultiplyFour(float* x, float* w, float* y, int inputs, int outputs)
    {
        var x1 = x + inputs;
        var x2 = x1 + inputs;
        var x3 = x2 + inputs;
        Vector256<float> s0 = default, s1 = default, s2 = default, s3 = default;
        var i = 0;
        for (; i <= inputs - 8; i += 8)
        {
            var v = Vector256.Load(w + i);
            s0 = Vector256.FusedMultiplyAdd(v, Vector256.Load(x + i), s0);
            s1 = Vector256.FusedMultiplyAdd(v, Vector256.Load(x1 + i), s1);
            s2 = Vector256.FusedMultiplyAdd(v, Vector256.Load(x2 + i), s2);
            s3 = Vector256.FusedMultiplyAdd(v, Vector256.Load(x3 + i), s3);
        }

        var (y0, y1, y2, y3) = (Lanes.Sum(s0), Lanes.Sum(s1), Lanes.Sum(s2), Lanes.Sum(s3));
        for (; i < inputs; i++)
        {
            y0 += w[i] * x[i];
            y1 += w[i] * x1[i];
            y2 += w[i] * x2[i];
            y3 += w[i] * x3[i];
        }

        (y[0], y[outputs], y[2L * outputs], y[3L * outputs]) = (y0, y1, y2, y3);
    }
}
