using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace BatchLLM.Engine.Linear;

/// <summary><see cref="PanelKernel"/> with 256-bit vectors: 12 accumulators, 2 weights and 1 activation of 16 registers.</summary>
internal static unsafe class PanelKernel256
{
    /// <summary>See <see cref="PanelKernel.Multiply"/>; panels of 16 columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(
        float* a, nint aStride, float* b, float* c, nint cStride, int k, int rows, bool adds)
    {
        // A short tile repeats its last row instead of having a kernel of its own: the repeated rows compute, and store,
        // the same values in the same place.
        nint last = rows - 1;
        nint r1 = Math.Min(1, last), r2 = Math.Min(2, last), r3 = Math.Min(3, last), r4 = Math.Min(4, last), r5 = Math.Min(5, last);
        float* a0 = a, a1 = a + r1 * aStride, a2 = a + r2 * aStride;
        float* a3 = a + r3 * aStride, a4 = a + r4 * aStride, a5 = a + r5 * aStride;
        float* c0 = c, c1 = c + r1 * cStride, c2 = c + r2 * cStride;
        float* c3 = c + r3 * cStride, c4 = c + r4 * cStride, c5 = c + r5 * cStride;
        Vector256<float> s00 = default, s01 = default, s10 = default, s11 = default, s20 = default, s21 = default;
        Vector256<float> s30 = default, s31 = default, s40 = default, s41 = default, s50 = default, s51 = default;
        if (adds)
        {
            (s00, s01) = (Vector256.Load(c0), Vector256.Load(c0 + 8));
            (s10, s11) = (Vector256.Load(c1), Vector256.Load(c1 + 8));
            (s20, s21) = (Vector256.Load(c2), Vector256.Load(c2 + 8));
            (s30, s31) = (Vector256.Load(c3), Vector256.Load(c3 + 8));
            (s40, s41) = (Vector256.Load(c4), Vector256.Load(c4 + 8));
            (s50, s51) = (Vector256.Load(c5), Vector256.Load(c5 + 8));
        }

        for (nint i = 0; i < k; i++)
        {
            var b0 = Vector256.Load(b);
            var b1 = Vector256.Load(b + 8);
            var x = Vector256.Create(a0[i]);
            s00 = Vector256.FusedMultiplyAdd(x, b0, s00);
            s01 = Vector256.FusedMultiplyAdd(x, b1, s01);
            x = Vector256.Create(a1[i]);
            s10 = Vector256.FusedMultiplyAdd(x, b0, s10);
            s11 = Vector256.FusedMultiplyAdd(x, b1, s11);
            x = Vector256.Create(a2[i]);
            s20 = Vector256.FusedMultiplyAdd(x, b0, s20);
            s21 = Vector256.FusedMultiplyAdd(x, b1, s21);
            x = Vector256.Create(a3[i]);
            s30 = Vector256.FusedMultiplyAdd(x, b0, s30);
            s31 = Vector256.FusedMultiplyAdd(x, b1, s31);
            x = Vector256.Create(a4[i]);
            s40 = Vector256.FusedMultiplyAdd(x, b0, s40);
            s41 = Vector256.FusedMultiplyAdd(x, b1, s41);
            x = Vector256.Create(a5[i]);
            s50 = Vector256.FusedMultiplyAdd(x, b0, s50);
            s51 = Vector256.FusedMultiplyAdd(x, b1, s51);
            b += PanelKernel.NarrowWidth;
        }

        Store(c0, s00, s01);
        Store(c1, s10, s11);
        Store(c2, s20, s21);
        Store(c3, s30, s31);
        Store(c4, s40, s41);
        Store(c5, s50, s51);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* c, Vector256<float> left, Vector256<float> right)
    {
        left.Store(c);
        right.Store(c + 8);
    }
}
