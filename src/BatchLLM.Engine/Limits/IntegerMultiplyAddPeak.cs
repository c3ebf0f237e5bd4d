using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using BatchLLM.Engine.Threading;

namespace BatchLLM.Engine.Limits;

/// <summary>
/// The machine's limit for exact products of bytes, chains in registers on all threads at once: VPDPBUSD of 256 bits where the
/// machine has AVX-VNNI, VPMADDWD and VPADDD where it has AVX2 only.
/// </summary>
/// <param name="workers">Threads of the pool that measures.</param>
internal sealed class IntegerMultiplyAddPeak(int workers) : IWorkItems
{
    private const int Rounds = 16_000;
    private const int Runs = 4_000;
    private const int Chains = 12;
    private const int BytesPerVector = 32;
    private const int ShortsPerVector = 16;

    /// <summary>True if this machine can be measured.</summary>
    public static bool IsSupported => Avx2.IsSupported;

    /// <inheritdoc/>
    public int Count => workers;

    /// <summary>Keeps the chains from being optimized away.</summary>
    public int Sink { get; private set; }

    /// <summary>10^9 multiplications and additions a second, best of many short runs.</summary>
    public double Measure(WorkerPool pool)
    {
        var products = AvxVnni.IsSupported ? BytesPerVector : ShortsPerVector;
        return 2.0 * Chains * products * Rounds * workers / BestTime.Of(() => pool.Run(this), Runs) / 1e9;
    }

    /// <inheritdoc/>
    public void Run(int item, int worker) => Sink += AvxVnni.IsSupported ? DotBytes(item) : AddPairs(item);

    // Each product takes what its chain came to, so that none can be hoisted out of the loop.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int AddPairs(int seed)
    {
        var x = Vector256.Create(1 + seed);
        var y = Vector256.Create((short)3);
        Vector256<int> a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
        for (var round = 0; round < Rounds; round++)
        {
            a = Avx2.MultiplyAddAdjacent(a.AsInt16(), y) + x;
            b = Avx2.MultiplyAddAdjacent(b.AsInt16(), y) + x;
            c = Avx2.MultiplyAddAdjacent(c.AsInt16(), y) + x;
            d = Avx2.MultiplyAddAdjacent(d.AsInt16(), y) + x;
            e = Avx2.MultiplyAddAdjacent(e.AsInt16(), y) + x;
            f = Avx2.MultiplyAddAdjacent(f.AsInt16(), y) + x;
            g = Avx2.MultiplyAddAdjacent(g.AsInt16(), y) + x;
            h = Avx2.MultiplyAddAdjacent(h.AsInt16(), y) + x;
            i = Avx2.MultiplyAddAdjacent(i.AsInt16(), y) + x;
            j = Avx2.MultiplyAddAdjacent(j.AsInt16(), y) + x;
            k = Avx2.MultiplyAddAdjacent(k.AsInt16(), y) + x;
            l = Avx2.MultiplyAddAdjacent(l.AsInt16(), y) + x;
        }

        return Vector256.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int DotBytes(int seed)
    {
        var x = Vector256.Create((byte)(1 + seed));
        var y = Vector256.Create((sbyte)3);
        var z = Vector256.Create(seed);
        Vector256<int> a = z, b = z, c = z, d = z, e = z, f = z, g = z, h = z, i = z, j = z, k = z, l = z;
        for (var round = 0; round < Rounds; round++)
        {
            a = AvxVnni.MultiplyWideningAndAdd(a, x, y);
            b = AvxVnni.MultiplyWideningAndAdd(b, x, y);
            c = AvxVnni.MultiplyWideningAndAdd(c, x, y);
            d = AvxVnni.MultiplyWideningAndAdd(d, x, y);
            e = AvxVnni.MultiplyWideningAndAdd(e, x, y);
            f = AvxVnni.MultiplyWideningAndAdd(f, x, y);
            g = AvxVnni.MultiplyWideningAndAdd(g, x, y);
            h = AvxVnni.MultiplyWideningAndAdd(h, x, y);
            i = AvxVnni.MultiplyWideningAndAdd(i, x, y);
            j = AvxVnni.MultiplyWideningAndAdd(j, x, y);
            k = AvxVnni.MultiplyWideningAndAdd(k, x, y);
            l = AvxVnni.MultiplyWideningAndAdd(l, x, y);
        }

        return Vector256.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }
}
