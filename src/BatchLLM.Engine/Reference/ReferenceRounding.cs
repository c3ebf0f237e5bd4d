using BatchLLM.Checkpoints.Formats;
using BatchLLM.Engine.Linear;

namespace BatchLLM.Engine.Reference;

/// <summary>Rounds one row of a linear layer's input in plain loops, format by format.</summary>
internal static class ReferenceRounding
{
    /// <summary>The rounded row; the input stays as it is. Integers are not rounded here but in their product. // [depth]</summary>
    public static float[] Round(float[] x, InputRounding rounding) => rounding.Kind switch
    {
        InputRoundingKind.E4M3Static => Array.ConvertAll(x, v => E4M3.Round(v * (1 / rounding.Scale)) * rounding.Scale),
        InputRoundingKind.E4M3PerRow => PerRow(x),
        InputRoundingKind.Nvfp4 => Nvfp4(x, rounding.Scale),
        _ => x,
    };

    /// <summary>The nearest number with 8 bits of mantissa, ties to even; NaN stays NaN.</summary>
    public static float BFloat16(float x)
    {
        var bits = BitConverter.SingleToUInt32Bits(x);
        return float.IsNaN(x) ? x : BitConverter.UInt32BitsToSingle((bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF_0000);
    }

    // y = E4M3(x / s) s with s = max|x| / 448, bounded from below (vLLM, fp8/common.cu).
    private static float[] PerRow(float[] x)
    {
        var scale = MathF.Max(x.Max(MathF.Abs) / E4M3.MaxValue, 1 / (E4M3.MaxValue * 512));
        return Array.ConvertAll(x, v => E4M3.Round(v / scale) * scale);
    }

    /// <summary>The row as integers of -127 to 127, and what they are multiplied by. // [depth]</summary>
    public static (int[] Integers, float Scale) Int8(float[] x)
    {
        var largest = x.Max(MathF.Abs);
        var inverse = float.IsFinite(127 / largest) ? 127 / largest : 0;
        return (Array.ConvertAll(x, v => (int)MathF.Round(v * inverse, MidpointRounding.ToEven)), largest / 127);
    }

    // Every 16 elements: block scale E4M3(g max / 6), then E2M1(x / (block scale / g)), g being 1 / the global scale.
    private static float[] Nvfp4(float[] x, float globalScale)
    {
        var rounded = new float[x.Length];
        var global = 1 / globalScale;
        for (var k = 0; k < x.Length; k++)
        {
            var block = x.AsSpan(k / 16 * 16, 16).ToArray();
            var scale = E4M3.Round(global * (block.Max(MathF.Abs) * (1f / 6)));
            var reciprocal = scale == 0 ? 0 : 1 / (scale * (1 / global));
            rounded[k] = E2M1.Decode(E2M1.Encode(x[k] * reciprocal)) * scale * globalScale;
        }

        return rounded;
    }
}
