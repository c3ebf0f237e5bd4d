using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using BatchLLM.Engine.Threading;

namespace BatchLLM.Engine.Limits;

/// <summary>The machine's float32 limit: chains of fused multiply-add in registers, on all threads at once.</summary>
/// <param name="workers">Threads of the pool that measures.</param>
internal sealed class FusedMultiplyAddPeak(int workers) : IWorkItems
{
    // About 50 microseconds: short enough that some run finds all cores free on a machine that does other things too.
    private const int Rounds = 16_000;
    private const int Runs = 4_000;
    private const int Chains = 12;

    /// <inheritdoc/>
    public int Count => workers;

    /// <summary>Keeps the chains from being optimized away.</summary>
    public float Sink { get; private set; }

    /// <summary>GFLOP/s, best of many short runs.</summary>
    public double Measure(WorkerPool pool) =>
        2.0 * Chains * Lanes * Rounds * workers / BestTime.Of(() => pool.Run(this), Runs) / 1e9;

    private static int Lanes => Vector512.IsHardwareAccelerated ? 16 : 8;

    /// <inheritdoc/>
    public void Run(int item, int worker) =>
        Sink += Vector512.IsHardwareAccelerated ? Chain512(item) : Chain256(item);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Chain256(int seed)
    {
        var x = Vector256.Create(1f + seed);
        var y = Vector256.Create(0.5f);
        Vector256<float> a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
        for (var round = 0; round < Rounds; round++)
        {
            a = Vector256.FusedMultiplyAdd(a, y, x);
            b = Vector256.FusedMultiplyAdd(b, y, x);
            c = Vector256.FusedMultiplyAdd(c, y, x);
            d = Vector256.FusedMultiplyAdd(d, y, x);
            e = Vector256.FusedMultiplyAdd(e, y, x);
            f = Vector256.FusedMultiplyAdd(f, y, x);
            g = Vector256.FusedMultiplyAdd(g, y, x);
            h = Vector256.FusedMultiplyAdd(h, y, x);
            i = Vector256.FusedMultiplyAdd(i, y, x);
            j = Vector256.FusedMultiplyAdd(j, y, x);
            k = Vector256.FusedMultiplyAdd(k, y, x);
            l = Vector256.FusedMultiplyAdd(l, y, x);
        }

        return Vector256.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Chain512(int seed)
    {
        var x = Vector512.Create(1f + seed);
        var y = Vector512.Create(0.5f);
        Vector512<float> a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
        for (var round = 0; round < Rounds; round++)
        {
            a = Vector512.FusedMultiplyAdd(a, y, x);
            b = Vector512.FusedMultiplyAdd(b, y, x);
            c = Vector512.FusedMultiplyAdd(c, y, x);
            d = Vector512.FusedMultiplyAdd(d, y, x);
            e = Vector512.FusedMultiplyAdd(e, y, x);
            f = Vector512.FusedMultiplyAdd(f, y, x);
            g = Vector512.FusedMultiplyAdd(g, y, x);
            h = Vector512.FusedMultiplyAdd(h, y, x);
            i = Vector512.FusedMultiplyAdd(i, y, x);
            j = Vector512.FusedMultiplyAdd(j, y, x);
            k = Vector512.FusedMultiplyAdd(k, y, x);
            l = Vector512.FusedMultiplyAdd(l, y, x);
        }

        return Vector512.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }
}
