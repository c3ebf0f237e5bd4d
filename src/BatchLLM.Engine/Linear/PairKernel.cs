namespace BatchLLM.Engine.Linear;

/// <summary>
/// Products of BF16 pairs in plain loops, as VDPBF16PS computes them: the odd product and then the even one, each fused, rounded
/// to nearest even, denormals zero (Intel's manual, volume 2). The truth for the assembled kernels.
/// </summary>
internal static unsafe class PairKernel
{
    /// <summary>Computes c = a b, or c += a b, of one tile.</summary>
    /// <param name="width">Columns.</param>
    /// <param name="a">Left rows. // [rows, units], aStride apart</param>
    /// <param name="aStride">Units between rows of <paramref name="a"/>.</param>
    /// <param name="b">The panel's run. // [units, width]</param>
    /// <param name="c">Result rows. // [rows, width], cStride apart</param>
    /// <param name="cStride">Elements between rows of <paramref name="c"/>.</param>
    /// <param name="units">Pairs per element.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="adds">True to start from what stands in <paramref name="c"/>.</param>
    public static void Multiply(
        int width, uint* a, nint aStride, uint* b, float* c, nint cStride, int units, int rows, bool adds)
    {
        for (var i = 0; i < rows * width; i++)
        {
            var (row, column) = (i / width, i % width);
            var sum = adds ? c[row * cStride + column] : 0;
            for (nint unit = 0; unit < units; unit++)
            {
                var (x, y) = (a[row * aStride + unit], b[unit * width + column]);
                sum = MultiplyAdd(x & 0xFFFF0000, y & 0xFFFF0000, sum);
                sum = MultiplyAdd(x << 16, y << 16, sum);
            }

            c[row * cStride + column] = sum;
        }
    }

    private static float MultiplyAdd(uint x, uint y, float sum) => Flush(MathF.FusedMultiplyAdd(
        Flush(BitConverter.UInt32BitsToSingle(x)), Flush(BitConverter.UInt32BitsToSingle(y)), Flush(sum)));

    private static float Flush(float value) => float.IsSubnormal(value) ? MathF.CopySign(0, value) : value;
}
