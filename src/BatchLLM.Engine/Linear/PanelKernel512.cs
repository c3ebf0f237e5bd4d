using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace BatchLLM.Engine.Linear;

/// <summary><see cref="PanelKernel"/> with 512-bit vectors: 24 accumulators, 4 weights and 1 activation of 32 registers.</summary>
internal static unsafe class PanelKernel512
{
    /// <summary>See <see cref="PanelKernel.Multiply"/>; panels of 64 columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(
        float* a, nint aStride, float* b, float* c, nint cStride, int k, int rows, bool adds)
    {
        // A short tile repeats its last row, as in the 256-bit kernel.
        nint last = rows - 1;
        nint r1 = Math.Min(1, last), r2 = Math.Min(2, last), r3 = Math.Min(3, last), r4 = Math.Min(4, last), r5 = Math.Min(5, last);
        float* a0 = a, a1 = a + r1 * aStride, a2 = a + r2 * aStride;
        float* a3 = a + r3 * aStride, a4 = a + r4 * aStride, a5 = a + r5 * aStride;
        float* c0 = c, c1 = c + r1 * cStride, c2 = c + r2 * cStride;
        float* c3 = c + r3 * cStride, c4 = c + r4 * cStride, c5 = c + r5 * cStride;
        Vector512<float> s00 = default, s01 = default, s02 = default, s03 = default;
        Vector512<float> s10 = default, s11 = default, s12 = default, s13 = default;
        Vector512<float> s20 = default, s21 = default, s22 = default, s23 = default;
        Vector512<float> s30 = default, s31 = default, s32 = default, s33 = default;
        Vector512<float> s40 = default, s41 = default, s42 = default, s43 = default;
        Vector512<float> s50 = default, s51 = default, s52 = default, s53 = default;
        if (adds)
        {
            (s00, s01) = (Vector512.Load(c0), Vector512.Load(c0 + 16));
            (s02, s03) = (Vector512.Load(c0 + 32), Vector512.Load(c0 + 48));
            (s10, s11) = (Vector512.Load(c1), Vector512.Load(c1 + 16));
            (s12, s13) = (Vector512.Load(c1 + 32), Vector512.Load(c1 + 48));
            (s20, s21) = (Vector512.Load(c2), Vector512.Load(c2 + 16));
            (s22, s23) = (Vector512.Load(c2 + 32), Vector512.Load(c2 + 48));
            (s30, s31) = (Vector512.Load(c3), Vector512.Load(c3 + 16));
            (s32, s33) = (Vector512.Load(c3 + 32), Vector512.Load(c3 + 48));
            (s40, s41) = (Vector512.Load(c4), Vector512.Load(c4 + 16));
            (s42, s43) = (Vector512.Load(c4 + 32), Vector512.Load(c4 + 48));
            (s50, s51) = (Vector512.Load(c5), Vector512.Load(c5 + 16));
            (s52, s53) = (Vector512.Load(c5 + 32), Vector512.Load(c5 + 48));
        }

        for (nint i = 0; i < k; i++)
        {
            Vector512<float> b0 = Vector512.Load(b), b1 = Vector512.Load(b + 16);
            Vector512<float> b2 = Vector512.Load(b + 32), b3 = Vector512.Load(b + 48);
            var x = Vector512.Create(a0[i]);
            s00 = Vector512.FusedMultiplyAdd(x, b0, s00);
            s01 = Vector512.FusedMultiplyAdd(x, b1, s01);
            s02 = Vector512.FusedMultiplyAdd(x, b2, s02);
            s03 = Vector512.FusedMultiplyAdd(x, b3, s03);
            x = Vector512.Create(a1[i]);
            s10 = Vector512.FusedMultiplyAdd(x, b0, s10);
            s11 = Vector512.FusedMultiplyAdd(x, b1, s11);
            s12 = Vector512.FusedMultiplyAdd(x, b2, s12);
            s13 = Vector512.FusedMultiplyAdd(x, b3, s13);
            x = Vector512.Create(a2[i]);
            s20 = Vector512.FusedMultiplyAdd(x, b0, s20);
            s21 = Vector512.FusedMultiplyAdd(x, b1, s21);
            s22 = Vector512.FusedMultiplyAdd(x, b2, s22);
            s23 = Vector512.FusedMultiplyAdd(x, b3, s23);
            x = Vector512.Create(a3[i]);
            s30 = Vector512.FusedMultiplyAdd(x, b0, s30);
            s31 = Vector512.FusedMultiplyAdd(x, b1, s31);
            s32 = Vector512.FusedMultiplyAdd(x, b2, s32);
            s33 = Vector512.FusedMultiplyAdd(x, b3, s33);
            x = Vector512.Create(a4[i]);
            s40 = Vector512.FusedMultiplyAdd(x, b0, s40);
            s41 = Vector512.FusedMultiplyAdd(x, b1, s41);
            s42 = Vector512.FusedMultiplyAdd(x, b2, s42);
            s43 = Vector512.FusedMultiplyAdd(x, b3, s43);
            x = Vector512.Create(a5[i]);
            s50 = Vector512.FusedMultiplyAdd(x, b0, s50);
            s51 = Vector512.FusedMultiplyAdd(x, b1, s51);
            s52 = Vector512.FusedMultiplyAdd(x, b2, s52);
            s53 = Vector512.FusedMultiplyAdd(x, b3, s53);
            b += PanelKernel.WideWidth;
        }

        Store(c0, s00, s01, s02, s03);
        Store(c1, s10, s11, s12, s13);
        Store(c2, s20, s21, s22, s23);
        Store(c3, s30, s31, s32, s33);
        Store(c4, s40, s41, s42, s43);
        Store(c5, s50, s51, s52, s53);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(
        float* c, Vector512<float> first, Vector512<float> second, Vector512<float> third, Vector512<float> fourth)
    {
        first.Store(c);
        second.Store(c + 16);
        third.Store(c + 32);
        fourth.Store(c + 48);
    }
}
