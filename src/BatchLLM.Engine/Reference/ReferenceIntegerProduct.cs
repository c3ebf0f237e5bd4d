using BatchLLM.Checkpoints.Formats;
using BatchLLM.Checkpoints.Linear;
using BatchLLM.Engine.Linear;

namespace BatchLLM.Engine.Reference;

/// <summary>Products in integers in plain loops; the kernels give the same bits.</summary>
/// <remarks>
/// y = s (f sum over groups of (integer sum x group scale)), where s is the row's scale and the groups are added in ascending k
/// by fused multiply-add in float32. INT8 has one group, the whole depth, whose scale is multiplied plainly, and f = 1.
/// </remarks>
internal static class ReferenceIntegerProduct
{
    /// <summary>One row times a layer of INT8, INT4 or NVFP4 weights.</summary>
    /// <param name="x">The input, unrounded. // [inputs]</param>
    /// <param name="layer">The weights; their input factors, if they have some, are applied before the rounding.</param>
    /// <returns>// [outputs]</returns>
    public static float[] Of(float[] x, LinearWeight layer)
    {
        var scaled = layer.InputFactors is { } factors ? [.. x.Zip(factors, (value, factor) => value * factor)] : x;
        var (integers, rowScale) = ReferenceRounding.Int8(scaled);
        var (weights, scales) = Weights(layer);
        var y = new float[layer.OutputCount];
        for (var n = 0; n < y.Length; n++)
        {
            var row = weights.AsSpan(n * x.Length, x.Length);
            var rowScales = scales.AsSpan(n * layer.BlockCount, layer.BlockCount);
            y[n] = rowScale * (layer.Format == WeightFormat.Int8
                ? rowScales[0] * Sum(integers, row)
                : Int4x8Panels.Factor(layer) * Groups(integers, row, rowScales, layer.BlockSize));
        }

        return y;
    }

    private static float Groups(int[] x, ReadOnlySpan<int> weights, ReadOnlySpan<float> scales, int blockSize)
    {
        var sum = 0f;
        var depth = Int4x8Panels.GroupDepth(blockSize);
        for (var k = 0; k < x.Length; k += depth)
        {
            var count = Math.Min(depth, x.Length - k);
            sum = MathF.FusedMultiplyAdd(Sum(x.AsSpan(k, count), weights.Slice(k, count)), scales[k / blockSize], sum);
        }

        return sum;
    }

    private static int Sum(ReadOnlySpan<int> x, ReadOnlySpan<int> weights)
    {
        var sum = 0;
        for (var k = 0; k < x.Length; k++)
        {
            sum += x[k] * weights[k];
        }

        return sum;
    }

    private static (int[] Integers, float[] Scales) Weights(LinearWeight layer)
    {
        var codes = new byte[layer.OutputCount * layer.InputCount];
        var scales = new float[layer.OutputCount * layer.BlockCount];
        var zeroPoints = new byte[scales.Length];
        layer.ReadCodes(0, codes);
        layer.ReadScales(0, scales);
        if (layer.Format == WeightFormat.Int4)
        {
            layer.ReadZeroPoints(0, zeroPoints);
        }

        var integers = codes.Select((code, i) =>
        {
            var (row, k) = (i / layer.InputCount, i % layer.InputCount);
            return Integer(layer.Format, code, zeroPoints[row * layer.BlockCount + k / layer.BlockSize]);
        });
        return ([.. integers], scales);
    }

    private static int Integer(WeightFormat format, byte code, int zeroPoint) => format switch
    {
        WeightFormat.Int8 => (sbyte)code,
        WeightFormat.Nvfp4 => (int)(2 * E2M1.Decode(code)),
        _ => code - zeroPoint,
    };
}
