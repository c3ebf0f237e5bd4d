using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using BatchLLM.Engine.Memory;

namespace BatchLLM.Engine.Attention;

/// <summary>
/// The product that attention consists of, for up to 4 query heads that read the same keys and values: queries times keys,
/// and weights times values. One accumulator per result, in ascending k, as in the linear layers; so its bits depend neither
/// on the tile nor on what stands beside it.
/// </summary>
/// <remarks>
/// 4 rows of 2 vectors, or 2 rows of 4, make eight chains, which is what hides the latency of fused multiply-add. Two rows have
/// no kernel of 16 lanes: its four chains would be no faster.
/// </remarks>
internal static unsafe class AttentionKernel
{
    /// <summary>Most rows of a product.</summary>
    public const int TileRows = 4;

    // Inlined into its callers' loops, a kernel loses registers to them.
    private const MethodImplOptions Whole = MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining;

    /// <summary>Computes c = a b, or c += a b.</summary>
    /// <param name="a">Left side. // [rows, k]</param>
    /// <param name="b">Right side. // [k, 8 vectors]</param>
    /// <param name="c">Result. // [rows, 8 vectors]</param>
    /// <param name="rows">2 or <see cref="TileRows"/>.</param>
    /// <param name="k">Products per element.</param>
    /// <param name="vectors">Vectors of 8 columns.</param>
    /// <param name="adds">True to start from what stands in <paramref name="c"/>.</param>
    public static void Multiply<T>(Matrix a, KvColumns<T> b, Matrix c, int rows, int k, int vectors, bool adds)
        where T : unmanaged, IKvElement<T>
    {
        if (rows == TileRows)
        {
            MultiplyFour(a, b, c, k, vectors, adds);
        }
        else
        {
            MultiplyTwo(a, b, c, k, vectors, adds);
        }
    }

    private static void MultiplyFour<T>(Matrix a, KvColumns<T> b, Matrix c, int k, int vectors, bool adds)
        where T : unmanaged, IKvElement<T>
    {
        var vector = 0;
        for (; b.IsWide && vector <= vectors - 4; vector += 4)
        {
            FourByTwoWide(a, b.Vector(vector), b.RowStride, b.PairStride, new Matrix(c.Data + 8 * vector, c.Stride), k, adds);
        }

        for (; vector <= vectors - 2; vector += 2)
        {
            FourByTwo(a, b.Vector(vector), b.RowStride, b.HalfStride, new Matrix(c.Data + 8 * vector, c.Stride), k, adds);
        }

        for (; vector < vectors; vector++)
        {
            FourByOne(a, b.Vector(vector), b.RowStride, new Matrix(c.Data + 8 * vector, c.Stride), k, adds);
        }
    }

    private static void MultiplyTwo<T>(Matrix a, KvColumns<T> b, Matrix c, int k, int vectors, bool adds)
        where T : unmanaged, IKvElement<T>
    {
        var vector = 0;
        for (; vector <= vectors - 4; vector += 4)
        {
            TwoByFour(a, b, vector, new Matrix(c.Data + 8 * vector, c.Stride), k, adds);
        }

        for (; vector < vectors; vector++)
        {
            TwoByOne(a, b.Vector(vector), b.RowStride, new Matrix(c.Data + 8 * vector, c.Stride), k, adds);
        }
    }

    [MethodImpl(Whole)]
    private static void FourByTwoWide<T>(Matrix a, T* b, nint rowStride, nint pairStride, Matrix c, int k, bool adds)
        where T : unmanaged, IKvElement<T>
    {
        float* a0 = a[0], a1 = a[1], a2 = a[2], a3 = a[3];
        Vector512<float> c00 = StartWide(c[0], adds), c10 = StartWide(c[1], adds);
        Vector512<float> c20 = StartWide(c[2], adds), c30 = StartWide(c[3], adds);
        Vector512<float> c01 = StartWide(c[0] + 16, adds), c11 = StartWide(c[1] + 16, adds);
        Vector512<float> c21 = StartWide(c[2] + 16, adds), c31 = StartWide(c[3] + 16, adds);
        for (nint i = 0; i < k; i++)
        {
            Vector512<float> b0 = T.LoadWide(b), b1 = T.LoadWide(b + pairStride);
            var x = Vector512.Create(a0[i]);
            c00 = Vector512.FusedMultiplyAdd(x, b0, c00);
            c01 = Vector512.FusedMultiplyAdd(x, b1, c01);
            x = Vector512.Create(a1[i]);
            c10 = Vector512.FusedMultiplyAdd(x, b0, c10);
            c11 = Vector512.FusedMultiplyAdd(x, b1, c11);
            x = Vector512.Create(a2[i]);
            c20 = Vector512.FusedMultiplyAdd(x, b0, c20);
            c21 = Vector512.FusedMultiplyAdd(x, b1, c21);
            x = Vector512.Create(a3[i]);
            c30 = Vector512.FusedMultiplyAdd(x, b0, c30);
            c31 = Vector512.FusedMultiplyAdd(x, b1, c31);
            b += rowStride;
        }

        StoreWide(c[0], c00, c01);
        StoreWide(c[1], c10, c11);
        StoreWide(c[2], c20, c21);
        StoreWide(c[3], c30, c31);
    }

    [MethodImpl(Whole)]
    private static void FourByTwo<T>(Matrix a, T* b, nint rowStride, nint halfStride, Matrix c, int k, bool adds)
        where T : unmanaged, IKvElement<T>
    {
        float* a0 = a[0], a1 = a[1], a2 = a[2], a3 = a[3];
        Vector256<float> c00 = Start(c[0], adds), c10 = Start(c[1], adds), c20 = Start(c[2], adds), c30 = Start(c[3], adds);
        Vector256<float> c01 = Start(c[0] + 8, adds), c11 = Start(c[1] + 8, adds);
        Vector256<float> c21 = Start(c[2] + 8, adds), c31 = Start(c[3] + 8, adds);
        for (nint i = 0; i < k; i++)
        {
            Vector256<float> b0 = T.Load(b), b1 = T.Load(b + halfStride);
            var x = Vector256.Create(a0[i]);
            c00 = Vector256.FusedMultiplyAdd(x, b0, c00);
            c01 = Vector256.FusedMultiplyAdd(x, b1, c01);
            x = Vector256.Create(a1[i]);
            c10 = Vector256.FusedMultiplyAdd(x, b0, c10);
            c11 = Vector256.FusedMultiplyAdd(x, b1, c11);
            x = Vector256.Create(a2[i]);
            c20 = Vector256.FusedMultiplyAdd(x, b0, c20);
            c21 = Vector256.FusedMultiplyAdd(x, b1, c21);
            x = Vector256.Create(a3[i]);
            c30 = Vector256.FusedMultiplyAdd(x, b0, c30);
            c31 = Vector256.FusedMultiplyAdd(x, b1, c31);
            b += rowStride;
        }

        Store(c[0], c00, c01);
        Store(c[1], c10, c11);
        Store(c[2], c20, c21);
        Store(c[3], c30, c31);
    }

    [MethodImpl(Whole)]
    private static void FourByOne<T>(Matrix a, T* b, nint rowStride, Matrix c, int k, bool adds)
        where T : unmanaged, IKvElement<T>
    {
        float* a0 = a[0], a1 = a[1], a2 = a[2], a3 = a[3];
        Vector256<float> c0 = Start(c[0], adds), c1 = Start(c[1], adds), c2 = Start(c[2], adds), c3 = Start(c[3], adds);
        for (nint i = 0; i < k; i++)
        {
            var x = T.Load(b);
            c0 = Vector256.FusedMultiplyAdd(Vector256.Create(a0[i]), x, c0);
            c1 = Vector256.FusedMultiplyAdd(Vector256.Create(a1[i]), x, c1);
            c2 = Vector256.FusedMultiplyAdd(Vector256.Create(a2[i]), x, c2);
            c3 = Vector256.FusedMultiplyAdd(Vector256.Create(a3[i]), x, c3);
            b += rowStride;
        }

        c0.Store(c[0]);
        c1.Store(c[1]);
        c2.Store(c[2]);
        c3.Store(c[3]);
    }

    [MethodImpl(Whole)]
    private static void TwoByFour<T>(Matrix a, KvColumns<T> right, int vector, Matrix c, int k, bool adds)
        where T : unmanaged, IKvElement<T>
    {
        float* a0 = a[0], a1 = a[1];
        T* b = right.Vector(vector), b2 = right.Vector(vector + 2);
        nint rowStride = right.RowStride, halfStride = right.HalfStride;
        Vector256<float> c00 = Start(c[0], adds), c01 = Start(c[0] + 8, adds);
        Vector256<float> c02 = Start(c[0] + 16, adds), c03 = Start(c[0] + 24, adds);
        Vector256<float> c10 = Start(c[1], adds), c11 = Start(c[1] + 8, adds);
        Vector256<float> c12 = Start(c[1] + 16, adds), c13 = Start(c[1] + 24, adds);
        for (nint i = 0; i < k; i++)
        {
            Vector256<float> x = Vector256.Create(a0[i]), y = Vector256.Create(a1[i]);
            var v = T.Load(b);
            c00 = Vector256.FusedMultiplyAdd(x, v, c00);
            c10 = Vector256.FusedMultiplyAdd(y, v, c10);
            v = T.Load(b + halfStride);
            c01 = Vector256.FusedMultiplyAdd(x, v, c01);
            c11 = Vector256.FusedMultiplyAdd(y, v, c11);
            v = T.Load(b2);
            c02 = Vector256.FusedMultiplyAdd(x, v, c02);
            c12 = Vector256.FusedMultiplyAdd(y, v, c12);
            v = T.Load(b2 + halfStride);
            c03 = Vector256.FusedMultiplyAdd(x, v, c03);
            c13 = Vector256.FusedMultiplyAdd(y, v, c13);
            b += rowStride;
            b2 += rowStride;
        }

        Store(c[0], c00, c01);
        Store(c[0] + 16, c02, c03);
        Store(c[1], c10, c11);
        Store(c[1] + 16, c12, c13);
    }

    [MethodImpl(Whole)]
    private static void TwoByOne<T>(Matrix a, T* b, nint rowStride, Matrix c, int k, bool adds)
        where T : unmanaged, IKvElement<T>
    {
        float* a0 = a[0], a1 = a[1];
        Vector256<float> c0 = Start(c[0], adds), c1 = Start(c[1], adds);
        for (nint i = 0; i < k; i++)
        {
            var x = T.Load(b);
            c0 = Vector256.FusedMultiplyAdd(Vector256.Create(a0[i]), x, c0);
            c1 = Vector256.FusedMultiplyAdd(Vector256.Create(a1[i]), x, c1);
            b += rowStride;
        }

        c0.Store(c[0]);
        c1.Store(c[1]);
    }

    private static Vector256<float> Start(float* c, bool adds) => adds ? Vector256.Load(c) : default;

    private static Vector512<float> StartWide(float* c, bool adds) => adds ? Vector512.Load(c) : default;

    private static void StoreWide(float* c, Vector512<float> first, Vector512<float> second)
    {
        first.Store(c);
        second.Store(c + 16);
    }

    private static void Store(float* c, Vector256<float> first, Vector256<float> second)
    {
        first.Store(c);
        second.Store(c + 8);
    }
}
