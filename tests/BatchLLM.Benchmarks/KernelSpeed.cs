using System.Diagnostics;
using System.Globalization;
using BatchLLM.Checkpoints.Linear;
using BatchLLM.Engine.Assembly;
using BatchLLM.Engine.Linear;
using BatchLLM.Engine.Memory;
using BatchLLM.Engine.Threading;

namespace BatchLLM.Benchmarks;

/// <summary>
/// Each product kernel against the machine's limits, measured in the same run and in turns: fused multiply-adds in registers,
/// and reading memory. Time is processor time per thread, best of many bursts, so that other work on the machine disturbs less.
/// </summary>
internal static class KernelSpeed
{
    private const int ColdBytes = 256 << 20;
    private const double BudgetSeconds = 0.6;

    private static readonly (int Outputs, int Inputs)[] Shapes = [(8192, 2048), (2048, 8192)];
    private static readonly int[] RowCounts = [1, 2, 4, 8, 32, 64, 128, 512];
    private static readonly WeightFormat[] Formats = [WeightFormat.Float, WeightFormat.Fp8, WeightFormat.Nvfp4, WeightFormat.Int4];

    /// <summary>Measures and prints.</summary>
    /// <param name="set">What kernels may be made of.</param>
    /// <param name="threads">Threads that compute.</param>
    public static void Run(InstructionSet set, int threads)
    {
        using var pool = new WorkerPool(threads);
        using var memory = new ReadBandwidth();
        var bandwidth = ReadBandwidth.Bytes / Best(() => pool.Run(memory), () => { }).Action / threads / 1e9;
        Print($"{InstructionSets.Name(set)}, {threads} threads; reading memory {bandwidth * threads:F1} GB/s");
        foreach (var format in Formats)
        {
            foreach (var (outputs, inputs) in Shapes)
            {
                Measure(format, outputs, inputs, set, pool, bandwidth * threads);
            }
        }
    }

    private static void Measure(WeightFormat format, int outputs, int inputs, InstructionSet set, WorkerPool pool, double bandwidth)
    {
        using var first = new PackedMatrix(PanelKernel.PreferredWidth, RandomLayer.Create(format, outputs, inputs));
        var copies = (int)(ColdBytes / first.ByteCount) + 1;
        PackedMatrix[] weights = [first, .. Enumerable.Range(1, copies).Select(
            _ => new PackedMatrix(PanelKernel.PreferredWidth, RandomLayer.Create(format, outputs, inputs)))];
        using var kernels = new ProductKernels(set, first.Width, takesPairs: false);
        using var product = new MatrixProduct(kernels, pool.WorkerCount);
        foreach (var rows in RowCounts)
        {
            using var a = new MatrixBuffer(rows, inputs);
            using var c = new MatrixBuffer(rows, outputs);
            Fill(a.Rows, rows, inputs);
            var next = 0;
            var limit = new FusedMultiplyAddPeak(pool.WorkerCount);
            var (seconds, limitSeconds) = Best(
                () => pool.Run(product.Of(weights[next++ % weights.Length], Input(a.Rows), c.Rows, rows)), () => pool.Run(limit));
            seconds /= pool.WorkerCount;
            var rate = 2.0 * rows * outputs * inputs / seconds / 1e9;
            var peak = limit.Operations / (limitSeconds / pool.WorkerCount) / 1e9;
            Print($"{Name(format),-6} {outputs}x{inputs} {rows,4} rows {rate,7:F1} GFLOP/s {rate / peak,5:P0} of {peak:F0}   weights {first.ByteCount / seconds / 1e9,5:F1} GB/s {first.ByteCount / seconds / 1e9 / bandwidth,5:P0} of reading");
        }

        Array.ForEach(weights[1..], w => w.Dispose());
    }

    private static unsafe void Fill(Matrix a, int rows, int inputs)
    {
        for (var i = 0; i < rows * inputs; i++)
        {
            a[i / inputs][i % inputs] = i % 7 - 3;
        }
    }

    // Both in turns; the least processor time, in seconds, of each.
    private static (double Action, double Limit) Best(Action action, Action limit)
    {
        action();
        var (best, bestLimit) = (double.MaxValue, double.MaxValue);
        var until = Stopwatch.GetTimestamp() + (long)(BudgetSeconds * Stopwatch.Frequency);
        for (var i = 0; i < 3 || Stopwatch.GetTimestamp() < until; i++)
        {
            bestLimit = Math.Min(bestLimit, ProcessorSeconds(limit));
            best = Math.Min(best, ProcessorSeconds(action));
        }

        return (best, bestLimit);
    }

    private static double ProcessorSeconds(Action action)
    {
        var start = Environment.CpuUsage.TotalTime;
        action();
        return (Environment.CpuUsage.TotalTime - start).TotalSeconds;
    }

    private static string Name(WeightFormat format) => format == WeightFormat.Float ? "BF16" : format.ToString().ToUpperInvariant();

    private static unsafe ProductInput Input(Matrix rows) => new(rows, null);

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
