using System.Globalization;
using BatchLLM.Checkpoints.Linear;
using BatchLLM.Engine.Assembly;
using BatchLLM.Engine.Limits;
using BatchLLM.Engine.Linear;
using BatchLLM.Engine.Memory;
using BatchLLM.Engine.Threading;

namespace BatchLLM.Benchmarks;

/// <summary>
/// Integer products, rounding of the rows included, against the limit of the instruction that computes them, in turns.
/// </summary>
internal static class IntegerKernelSpeed
{
    private const int ColdBytes = 256 << 20;

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
            var reading = rows > 8 ? 0 : MemoryReadPeak.BufferBytes / InTurns.Of(() => pool.Run(memory), () => { }).Action.Least / 1e9;
            var (seconds, limitSeconds) = InTurns.Of(
                () => layers.Multiply(weights[next++ % weights.Length], a.Rows, c.Rows, rows, adds: false), () => pool.Run(limit));
            var operations = 2.0 * rows * outputs * inputs / 1e9;
            var (rate, best) = (operations / seconds.Median, operations / seconds.Least);
            var (peak, bestPeak) = (limit.Operations / limitSeconds.Median / 1e9, limit.Operations / limitSeconds.Least / 1e9);
            var read = weights[0].ByteCount / seconds.Least / 1e9;
            Print($"{format,-6} {outputs}x{inputs} {rows,4} rows {rate,6:F1} of {peak,5:F1} GOP/s; best {best,6:F1} of {bestPeak:F1}, {best / bestPeak,4:P0} ({form}){(reading > 0 ? Share(read, reading) : "")}");
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

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
