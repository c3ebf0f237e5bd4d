using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace BatchLLM.Engine.Linear;

/// <summary>
/// Up to 6 rows times 16 columns in 32-bit integers: exact, so the order of the sums does not matter. Overflow would take
/// a depth of 133,000.
/// </summary>
internal static unsafe class Int8Kernel
{
    /// <summary>Rows of a tile.</summary>
    public const int TileRows = 6;

    /// <summary>Columns of a tile.</summary>
    public const int TileColumns = 16;

    /// <summary>Computes one tile.</summary>
    /// <param name="a">Activations. // [rows, 2 pairs], aStride apart</param>
    /// <param name="aStride">Elements between rows of <paramref name="a"/>.</param>
    /// <param name="b">Weights. // [pairs, 16, 2], bStride apart</param>
    /// <param name="bStride">Elements between pairs of <paramref name="b"/>.</param>
    /// <param name="pairs">Pairs of k.</param>
    /// <param name="rows">1 to 6; a short tile repeats its last row.</param>
    /// <param name="sums">Receives the products' sums. // [6, 16]</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(short* a, nint aStride, sbyte* b, nint bStride, int pairs, int rows, int* sums)
    {
        nint last = rows - 1;
        int* a0 = (int*)a, a1 = (int*)(a + Math.Min(1, last) * aStride), a2 = (int*)(a + Math.Min(2, last) * aStride);
        int* a3 = (int*)(a + Math.Min(3, last) * aStride), a4 = (int*)(a + Math.Min(4, last) * aStride);
        var a5 = (int*)(a + Math.Min(5, last) * aStride);
        Vector256<int> s00 = default, s01 = default, s10 = default, s11 = default, s20 = default, s21 = default;
        Vector256<int> s30 = default, s31 = default, s40 = default, s41 = default, s50 = default, s51 = default;
        for (nint i = 0; i < pairs; i++)
        {
            var b0 = Widen(b);
            var b1 = Widen(b + 16);
            var x = Vector256.Create(a0[i]).AsInt16();
            s00 += MultiplyPairs(x, b0);
            s01 += MultiplyPairs(x, b1);
            x = Vector256.Create(a1[i]).AsInt16();
            s10 += MultiplyPairs(x, b0);
            s11 += MultiplyPairs(x, b1);
            x = Vector256.Create(a2[i]).AsInt16();
            s20 += MultiplyPairs(x, b0);
            s21 += MultiplyPairs(x, b1);
            x = Vector256.Create(a3[i]).AsInt16();
            s30 += MultiplyPairs(x, b0);
            s31 += MultiplyPairs(x, b1);
            x = Vector256.Create(a4[i]).AsInt16();
            s40 += MultiplyPairs(x, b0);
            s41 += MultiplyPairs(x, b1);
            x = Vector256.Create(a5[i]).AsInt16();
            s50 += MultiplyPairs(x, b0);
            s51 += MultiplyPairs(x, b1);
            b += bStride;
        }

        Store(sums, s00, s01);
        Store(sums + 16, s10, s11);
        Store(sums + 32, s20, s21);
        Store(sums + 48, s30, s31);
        Store(sums + 64, s40, s41);
        Store(sums + 80, s50, s51);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Widen(sbyte* b) => Vector256.WidenLower(Vector128.Load(b).ToVector256Unsafe());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> MultiplyPairs(Vector256<short> a, Vector256<short> b)
    {
        if (Avx2.IsSupported)
        {
            return Avx2.MultiplyAddAdjacent(a, b);
        }

        var even = ((a.AsInt32() << 16) >> 16) * ((b.AsInt32() << 16) >> 16);
        return even + (a.AsInt32() >> 16) * (b.AsInt32() >> 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(int* sums, Vector256<int> left, Vector256<int> right)
    {
        left.Store(sums);
        right.Store(sums + 8);
    }
}
