using System.Runtime.Intrinsics;
using BatchLLM.Engine.Layers;

namespace BatchLLM.Engine.Linear;

/// <summary>Turns one row's sums over one panel into results: scaled once, then set, added or gated.</summary>
internal static unsafe class ProductResults
{
    /// <summary>c = scale sum, or c += scale sum.</summary>
    /// <param name="sums">// [width]</param>
    /// <param name="scales">Null for one. // [width]</param>
    /// <param name="rowScale">The row's scale.</param>
    /// <param name="c">// [width]</param>
    /// <param name="width">Columns, a multiple of 8.</param>
    /// <param name="adds">True to add.</param>
    public static void Write(float* sums, float* scales, float rowScale, float* c, int width, bool adds)
    {
        for (var i = 0; i < width; i += 8)
        {
            var result = Scaled(sums, scales, rowScale, i);
            (adds ? Vector256.Load(c + i) + result : result).Store(c + i);
        }
    }

    /// <summary>c = silu(gate) up.</summary>
    /// <param name="gate">Sums. // [width]</param>
    /// <param name="gateScales">Null for one. // [width]</param>
    /// <param name="up">Sums. // [width]</param>
    /// <param name="upScales">Null for one. // [width]</param>
    /// <param name="rowScale">The row's scale.</param>
    /// <param name="c">// [width]</param>
    /// <param name="width">Columns, a multiple of 8.</param>
    public static void WriteGated(float* gate, float* gateScales, float* up, float* upScales, float rowScale, float* c, int width)
    {
        for (var i = 0; i < width; i += 8)
        {
            SwiGlu.Combine(Scaled(gate, gateScales, rowScale, i), Scaled(up, upScales, rowScale, i)).Store(c + i);
        }
    }

    private static Vector256<float> Scaled(float* sums, float* scales, float rowScale, int i)
    {
        var sum = Vector256.Load(sums + i);
        return (scales is null ? sum : sum * Vector256.Load(scales + i)) * rowScale;
    }
}
