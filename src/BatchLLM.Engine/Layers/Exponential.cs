using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace BatchLLM.Engine.Layers;

/// <summary>
/// e^x, eight at a time: 2^n e^r with |r| at most ln 2 / 2, and a polynomial for e^r (Moshier, Cephes, expf). The relative
/// error stays below 2^-22.
/// </summary>
/// <remarks>Vector256.Exp goes through float64, half as many lanes and longer polynomials: four times as slow.</remarks>
internal static class Exponential
{
    /// <summary>Beyond, the result stays what it is here: 2.4e38.</summary>
    public const float Largest = 88.37f;

    /// <summary>Below, the result is zero: e^x would be subnormal.</summary>
    public const float Smallest = -87.336f;

    private const float Log2E = 1.44269504f;
    private const float Ln2High = 0.693359375f; // 9 bits, so that n times it is exact
    private const float Ln2Low = -2.12194440e-4f;

    // 1.5 x 2^23: its last bit is 1, so adding it rounds to a whole number, which then stands in the lowest bits.
    private const float Rounder = 12_582_912;

    /// <summary>e^x of each lane; 1 at 0, 0 at minus infinity, NaN at NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Of(Vector256<float> x)
    {
        // A comparison with NaN is false, so NaN goes through both selections.
        var largest = Vector256.Create(Largest);
        var held = Vector256.ConditionalSelect(Vector256.GreaterThan(x, largest), largest, x);
        var whole = Vector256.FusedMultiplyAdd(held, Vector256.Create(Log2E), Vector256.Create(Rounder));
        var n = whole - Vector256.Create(Rounder);
        var r = Vector256.FusedMultiplyAdd(n, Vector256.Create(-Ln2High), held);
        r = Vector256.FusedMultiplyAdd(n, Vector256.Create(-Ln2Low), r);
        var scale = ((whole.AsInt32() << 23) + Vector256.Create(0x3F80_0000)).AsSingle();
        return Vector256.AndNot(Polynomial(r) * scale, Vector256.LessThan(x, Vector256.Create(Smallest)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Polynomial(Vector256<float> r)
    {
        var p = Vector256.Create(1.9875691500e-4f);
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(1.3981999507e-3f));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(8.3334519073e-3f));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(4.1665795894e-2f));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(1.6666665459e-1f));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(5.0000001201e-1f));
        return Vector256.FusedMultiplyAdd(p, r * r, r) + Vector256<float>.One;
    }
}
