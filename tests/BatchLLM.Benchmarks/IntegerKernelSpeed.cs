using System.Diagnostics;
using System.Globalization;
using BatchLLM.Checkpoints.Linear;
using BatchLLM.Engine.Assembly;
using BatchLLM.Engine.Limits;
using BatchLLM.Engine.Linear;
using BatchLLM.Engine.Memory;
using BatchLLM.Engine.Threading;

namespace BatchLLM.Benchmarks;

/// <summary>
/// Integer products, rounding of the rows included, against the limit of the instruction that computes them, in turns. Time is
/// processor time per thread, best of many bursts, so that other work on the machine disturbs less.
/// </summary>
internal static class IntegerKernelSpeed
{
    private const int ColdBytes = 256 << 20;
    private const double BudgetSeconds = 0.6;

    private static readonly (int Outputs, int Inputs)[] Shapes = [(8192, 2048), (2048, 8192)];
    private static readonly int[] RowCounts = [1, 8, 32, 64, 128, 512];
    private static readonly WeightFormat[] Formats = [WeightFormat.Int8, WeightFormat.Nvfp4, WeightFormat.Int4];

    /// <summary>Measures and prints.</summary>
    /// <param name="set">What kernels may be made of.</param>
    /// <param name="threads">Threads that compute.</param>
    public static void Run(InstructionSet set, int threads)
    {
        using var pool = new WorkerPool(threads);
        foreach (var format in Formats)
        {
            foreach (var (outputs, inputs) in Shapes)
            {
                Measure(format, outputs, inputs, set, pool);
            }
        }
    }

    private static void Measure(WeightFormat format, int outputs, int inputs, InstructionSet set, WorkerPool pool)
    {
        var weights = Weights(format, outputs, inputs);
        var kernels = new IntegerKernels(set, weights[0].Width);
        var form = ((IIntegerPanels)weights[0].Part(0).Store).Kernel(kernels, RowCounts.Max()).Form;
        using var limit = new IntegerPeak(form, set.Includes(InstructionSet.Avx512Vnni), pool.WorkerCount);
        using var memory = new MemoryReadPeak(pool.WorkerCount);
        using var layers = new IntegerLayers(pool, kernels, RowCounts.Max(), weights);
        foreach (var rows in RowCounts)
        {
            using var a = new MatrixBuffer(rows, inputs);
            using var c = new MatrixBuffer(rows, outputs);
            Fill(a.Rows, rows, inputs);
            var next = 0;
            var reading = rows > 8 ? 0 : MemoryReadPeak.BufferBytes / Best(() => pool.Run(memory), () => { }).Action * pool.WorkerCount / 1e9;
            var (seconds, limitSeconds) = Best(
                () => layers.Multiply(weights[next++ % weights.Length], a.Rows, c.Rows, rows, adds: false), () => pool.Run(limit));
            var rate = 2.0 * rows * outputs * inputs / (seconds / pool.WorkerCount) / 1e9;
            var peak = limit.Operations / (limitSeconds / pool.WorkerCount) / 1e9;
            var read = weights[0].ByteCount / (seconds / pool.WorkerCount) / 1e9;
            Print($"{format,-6} {outputs}x{inputs} {rows,4} rows {rate,7:F1} GOP/s {rate / peak,5:P0} of {peak:F0} ({form}){(reading > 0 ? Share(read, reading) : "")}");
        }

        Array.ForEach(weights, w => w.Dispose());
    }

    private static string Share(double read, double reading) =>
        string.Create(CultureInfo.InvariantCulture, $"   weights {read:F1} GB/s, {read / reading:P0} of reading memory");

    // As many as no cache holds.
    private static PackedMatrix[] Weights(WeightFormat format, int outputs, int inputs)
    {
        var rounding = new InputRounding(InputRoundingKind.Int8PerRow, 1);
        var first = new PackedMatrix(PanelKernel.PreferredWidth, rounding, RandomLayer.Create(format, outputs, inputs));
        var more = (int)(ColdBytes / first.ByteCount);
        return [first, .. Enumerable.Range(0, more).Select(
            _ => new PackedMatrix(PanelKernel.PreferredWidth, rounding, RandomLayer.Create(format, outputs, inputs)))];
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

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
