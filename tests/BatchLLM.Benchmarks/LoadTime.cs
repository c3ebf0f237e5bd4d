using System.Diagnostics;
using System.Globalization;
using BatchLLM.Checkpoints;
using BatchLLM.Engine;

namespace BatchLLM.Benchmarks;

/// <summary>
/// Loading a model against <c>cat</c> of its weight files, in turns in the same run: with the files evicted from the page
/// cache before each, and from the page cache, where the ratio is what loading costs over the bytes themselves.
/// </summary>
internal static class LoadTime
{
    private const int Attempts = 3;
    private const string Evict = "for f; do sync \"$f\"; dd if=\"$f\" iflag=nocache count=0 status=none; done";

    /// <summary>Measures a directory, or without one a made-up BF16 and a made-up FP8 model in a temporary directory.</summary>
    public static void Run(string? modelDirectory)
    {
        if (modelDirectory is not null)
        {
            Measure(modelDirectory, modelDirectory);
            return;
        }

        foreach (var isFp8 in new[] { false, true })
        {
            var directory = Directory.CreateTempSubdirectory("batchllm-load-");
            try
            {
                new SyntheticCheckpoint(layers: 8, vocabulary: 32_000).Write(directory.FullName, isFp8);
                Measure(isFp8 ? "FP8" : "BF16", directory.FullName);
            }
            finally
            {
                directory.Delete(recursive: true);
            }
        }
    }

    private static void Measure(string name, string directory)
    {
        var files = new DirectoryInfo(directory).GetFiles("*.safetensors");
        Measure($"{name}, from disk", directory, files, () => Shell(Evict, files));
        Cat(files);
        Measure($"{name}, from the page cache", directory, files, () => { });
    }

    private static void Measure(string name, string directory, FileInfo[] files, Action prepare)
    {
        var (cat, load, cpu) = (double.MaxValue, double.MaxValue, double.MaxValue);
        for (var i = 0; i < Attempts; i++)
        {
            prepare();
            cat = Math.Min(cat, Cat(files));
            prepare();
            var before = Environment.CpuUsage.TotalTime;
            load = Math.Min(load, Load(directory));
            cpu = Math.Min(cpu, (Environment.CpuUsage.TotalTime - before).TotalSeconds);
        }

        var bytes = files.Sum(file => file.Length);
        Print($"{name}: {bytes / 1e9:F2} GB; cat {cat:F3} s ({bytes / cat / 1e9:F1} GB/s)");
        Print($"{name}: load {load:F3} s ({bytes / load / 1e9:F1} GB/s), {cpu:F3} s of processor time; ratio {load / cat:F1}");
    }

    private static double Cat(FileInfo[] files)
    {
        var start = Stopwatch.GetTimestamp();
        Shell("cat \"$@\" > /dev/null", files);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static void Shell(string script, FileInfo[] files)
    {
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", script, "sh", .. files.Select(file => file.FullName)]))!;
        process.WaitForExit();
    }

    private static double Load(string directory)
    {
        var start = Stopwatch.GetTimestamp();
        using var model = ModelDirectory.Open(directory);
        using var runner = new CpuModelRunner(model, new CpuModelRunnerOptions(Environment.ProcessorCount));
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
