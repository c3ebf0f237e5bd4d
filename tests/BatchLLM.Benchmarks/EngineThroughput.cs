using System.Diagnostics;
using System.Globalization;
using BatchLLM.Checkpoints;
using BatchLLM.Engine;
using BatchLLM.Engine.Assembly;
using BatchLLM.Engine.Limits;
using BatchLLM.Engine.Linear;
using BatchLLM.Engine.Memory;
using BatchLLM.Engine.Threading;

namespace BatchLLM.Benchmarks;

/// <summary>
/// Layers that bound each other: the machine's fused multiply-add limit, the matrix product, whole steps of prompt and of
/// decode, and a job of 2,000 rows.
/// </summary>
public static class EngineThroughput
{
    private static readonly int[] BatchSizes = [1, 8, 64, 256];

    /// <summary>Measures a model directory and prints to the console.</summary>
    public static void Run(string modelDirectory, int threads)
    {
        using var model = ModelDirectory.Open(modelDirectory);
        Print($"{model.Config.HiddenSize} wide, {model.Config.LayerCount} layers, vocabulary {model.Config.VocabularySize}, {threads} threads");
        using (var pool = new WorkerPool(threads))
        {
            var peak = new FusedMultiplyAddPeak(threads).Measure(pool);
            Print($"fused multiply-add peak           {peak,8:F1} GFLOP/s");
            MeasureProducts(model, pool, peak);
        }

        MeasureSteps(model, threads);
    }

    private static void MeasureProducts(ModelDirectory model, WorkerPool pool, double peak)
    {
        foreach (var module in new[] { "mlp.gate_proj", "mlp.down_proj" })
        {
            using var weights = new PackedMatrix(PanelKernel.PreferredWidth, model.Linear(LlamaTensors.Module(0, module)));
            foreach (var rows in BatchSizes.Append(512))
            {
                using var a = new MatrixBuffer(rows, weights.Depth);
                using var c = new MatrixBuffer(rows, weights.ColumnCount);
                using var kernels = new ProductKernels(InstructionSets.Found, weights.Width, takesPairs: false);
                var product = new MatrixProduct(kernels, ProductScratch.ForWorkers(pool.WorkerCount));
                var seconds = Best(() => pool.Run(product.Of(weights, Input(a.Rows), c.Rows, rows)));
                var gflops = 2.0 * rows * weights.Depth * weights.ColumnCount / seconds / 1e9;
                Print($"{module,-14} {rows,4} rows {seconds * 1e6,9:F1} us {gflops,8:F1} GFLOP/s {gflops / peak,6:P0} of peak");
            }
        }
    }

    private static void MeasureSteps(ModelDirectory model, int threads)
    {
        foreach (var batch in BatchSizes)
        {
            using var runner = new CpuModelRunner(model, new CpuModelRunnerOptions(threads));
            var load = new SyntheticJob(runner, rows: batch, promptTokens: 150, maxTokens: 35);
            load.Run();
            load.Run();
            Print($"batch {batch,4}: prompt {load.PromptTokensPerSecond,9:F0} tokens/s");
            Print($"batch {batch,4}: decode {load.DecodeTokensPerSecond,9:F0} tokens/s, {load.DecodeStepMicroseconds,8:F0} us per step");
        }

        using var job = new CpuModelRunner(model, new CpuModelRunnerOptions(threads));
        var whole = new SyntheticJob(job, rows: 2000, promptTokens: 150, maxTokens: 35);
        var start = Stopwatch.GetTimestamp();
        var cpu = Environment.CpuUsage.TotalTime;
        whole.Run();
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var cpuSeconds = (Environment.CpuUsage.TotalTime - cpu).TotalSeconds;
        Print($"2,000 rows of 150 + 35 tokens: {seconds:F2} s, {cpuSeconds:F2} s of processor time");
        foreach (var part in Enum.GetValues<StepPart>())
        {
            var ofPart = job.Times[part].TotalSeconds;
            Print($"  {part,-14} {ofPart,7:F2} s {ofPart / seconds,6:P0}");
        }
    }

    private static double Best(Action action)
    {
        action();
        var best = double.MaxValue;
        var until = Stopwatch.GetTimestamp() + Stopwatch.Frequency;
        while (Stopwatch.GetTimestamp() < until)
        {
            var start = Stopwatch.GetTimestamp();
            action();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return best;
    }

    private static unsafe ProductInput Input(Matrix rows) => new(rows, null);

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
