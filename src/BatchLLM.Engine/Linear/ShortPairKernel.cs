using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace BatchLLM.Engine.Linear;

/// <summary>
/// Up to 6 rows times 16 columns in 32-bit integers: exact, so the order of the sums does not matter. Overflow would take
/// a depth of 133,000.
/// </summary>
internal static unsafe class ShortPairKernel
{
    /// <summary>Rows of a tile.</summary>
    public const int TileRows = 6;

    /// <summary>Adds one tile's products to its sums.</summary>
    /// <param name="a">Activations. // [rows, 2 pairs], aStride apart</param>
    /// <param name="aStride">Elements between rows of <paramref name="a"/>.</param>
    /// <param name="b">Weights. // [pairs, 16, 2]</param>
    /// <param name="pairs">Pairs of k.</param>
    /// <param name="rows">1 to 6.</param>
    /// <param name="sums">Added to. // [rows, 16]</param>
    public static void Multiply(short* a, nint aStride, short* b, int pairs, int rows, int* sums)
    {
        for (var row = 0; row + 1 < rows; row += 2)
        {
            TwoRows((int*)(a + row * aStride), (int*)(a + (row + 1) * aStride), b, pairs, sums + row * 16);
        }

        if (rows % 2 != 0)
        {
            OneRow((int*)(a + (rows - 1) * aStride), b, pairs, sums + (rows - 1) * 16);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TwoRows(int* a0, int* a1, short* b, nint pairs, int* sums)
    {
        Vector256<int> s00 = Vector256.Load(sums), s01 = Vector256.Load(sums + 8);
        Vector256<int> s10 = Vector256.Load(sums + 16), s11 = Vector256.Load(sums + 24);
        for (nint i = 0; i < pairs; i++)
        {
            var b0 = Vector256.Load(b + 32 * i);
            var b1 = Vector256.Load(b + 32 * i + 16);
            var x = Vector256.Create(a0[i]).AsInt16();
            s00 += MultiplyPairs(x, b0);
            s01 += MultiplyPairs(x, b1);
            x = Vector256.Create(a1[i]).AsInt16();
            s10 += MultiplyPairs(x, b0);
            s11 += MultiplyPairs(x, b1);
        }

        Store(sums, s00, s01);
        Store(sums + 16, s10, s11);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OneRow(int* a, short* b, nint pairs, int* sums)
    {
        Vector256<int> s0 = Vector256.Load(sums), s1 = Vector256.Load(sums + 8);
        for (nint i = 0; i < pairs; i++)
        {
            var x = Vector256.Create(a[i]).AsInt16();
            s0 += MultiplyPairs(x, Vector256.Load(b + 32 * i));
            s1 += MultiplyPairs(x, Vector256.Load(b + 32 * i + 16));
        }

        Store(sums, s0, s1);
    }

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
