using System.Globalization;
using BatchLLM.Checkpoints.Linear;
using BatchLLM.Engine.Assembly;
using BatchLLM.Engine.Limits;
using BatchLLM.Engine.Linear;
using BatchLLM.Engine.Memory;
using BatchLLM.Engine.Threading;

namespace BatchLLM.Benchmarks;

/// <summary>
/// Each product kernel against the machine's limits, measured in the same run and in turns: fused multiply-adds in registers,
/// and reading memory.
/// </summary>
internal static class KernelSpeed
{
    private const int ColdBytes = 256 << 20;

    private static readonly (int Outputs, int Inputs)[] Shapes = [(8192, 2048), (2048, 8192)];
    private static readonly int[] RowCounts = [1, 2, 4, 8, 16, 32, 64, 128, 512];
    private static readonly WeightFormat[] Formats = [WeightFormat.Float, WeightFormat.Fp8, WeightFormat.Nvfp4, WeightFormat.Int4];

    /// <summary>Measures and prints.</summary>
    /// <param name="set">What kernels may be made of, AVX2 at least.</param>
    /// <param name="threads">Threads that compute.</param>
    public static void Run(InstructionSet set, int threads)
    {
        using var pool = new WorkerPool(threads);
        using var memory = new MemoryReadPeak(threads);
        var reading = MemoryReadPeak.BufferBytes / InTurns.Of(() => pool.Run(memory), () => { }).Action.Least / 1e9;
        Print($"{InstructionSets.Name(set)}, {threads} threads; reading memory {reading:F1} GB/s");
        bool[] units = set.Includes(InstructionSet.Avx512Bf16) ? [false, true] : [false];
        foreach (var takesPairs in units)
        {
            using var limit = new RegisterPeak(set, takesPairs, threads);
            using var kernels = new ProductKernels(set, PanelKernel.PreferredWidth, takesPairs);
            Print($"{(takesPairs ? "pairs of BF16" : "float32")}");
            foreach (var (format, (outputs, inputs)) in Formats.SelectMany(f => Shapes.Select(s => (f, s))))
            {
                Measure(RandomLayer.Create(format, outputs, inputs), kernels, limit, pool, reading);
            }
        }
    }

    private static void Measure(LinearWeight layer, ProductKernels kernels, RegisterPeak limit, WorkerPool pool, double reading)
    {
        using var first = new PackedMatrix(PanelKernel.PreferredWidth, layer);
        if (kernels.TakesPairs && !first.IsExactInBrainFloat)
        {
            return;
        }

        var copies = (int)(ColdBytes / first.ByteCount) + 1;
        PackedMatrix[] weights = [first, .. Enumerable.Range(1, copies).Select(_ => new PackedMatrix(PanelKernel.PreferredWidth, layer))];
        foreach (var rows in RowCounts)
        {
            var (seconds, limitSeconds) = Time(weights, kernels, limit, pool, rows);
            var operations = 2.0 * rows * layer.OutputCount * layer.InputCount / 1e9;
            var (rate, best) = (operations / seconds.Median, operations / seconds.Least);
            var (peak, bestPeak) = (limit.Operations / limitSeconds.Median / 1e9, limit.Operations / limitSeconds.Least / 1e9);
            var read = first.ByteCount / seconds.Least / 1e9;
            Print($"{Name(layer.Format),-6} {layer.OutputCount}x{layer.InputCount} {rows,4} rows {rate,6:F1} of {peak,5:F1} GFLOP/s; best {best,6:F1} of {bestPeak:F1}, {best / bestPeak,4:P0}; weights {read,5:F1} GB/s {read / reading,5:P0} of reading");
        }

        Array.ForEach(weights[1..], w => w.Dispose());
    }

    // Seconds of a product, its input's conversion included, and of a run of the limit; weights come from memory each time.
    private static (InTurns.Seconds Product, InTurns.Seconds Limit) Time(
        PackedMatrix[] weights, ProductKernels kernels, RegisterPeak limit, WorkerPool pool, int rows)
    {
        var depth = weights[0].Depth;
        var scratch = ProductScratch.ForWorkers(pool.WorkerCount);
        var product = new MatrixProduct(kernels, scratch);
        using var a = new MatrixBuffer(rows, depth);
        using var pairs = new BrainFloatRows(rows, depth);
        using var c = new MatrixBuffer(rows, weights[0].ColumnCount);
        Fill(a.Rows, rows, depth);
        var next = 0;
        var times = InTurns.Of(
            () =>
            {
                if (kernels.TakesPairs)
                {
                    pool.Run(pairs.Of(a.Rows, rows, depth, InputRounding.None));
                }

                pool.Run(product.Of(weights[next++ % weights.Length], kernels.TakesPairs ? pairs.Input : Input(a.Rows), c.Rows, rows));
            },
            () => pool.Run(limit));
        Array.ForEach(scratch, s => s.Dispose());
        return times;
    }

    private static unsafe void Fill(Matrix a, int rows, int inputs)
    {
        for (var i = 0; i < rows * inputs; i++)
        {
            a[i / inputs][i % inputs] = i % 7 - 3;
        }
    }

    private static string Name(WeightFormat format) => format == WeightFormat.Float ? "BF16" : format.ToString().ToUpperInvariant();

    private static unsafe ProductInput Input(Matrix rows) => new(rows, null);

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
