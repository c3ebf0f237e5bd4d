using System.Diagnostics;
using System.Globalization;
using BatchLLM.Checkpoints;
using BatchLLM.Engine;

namespace BatchLLM.Benchmarks;

/// <summary>
/// Loading a model against <c>cat</c> of its weight files, one after the other in the same run. Both read from the page
/// cache, so the ratio is what loading costs over the bytes themselves; on a cold cache the disk hides part of it.
/// </summary>
internal static class LoadTime
{
    private const int Attempts = 5;

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
                SyntheticCheckpoint.Write(directory.FullName, isFp8);
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
        var bytes = files.Sum(file => file.Length);
        Cat(files);
        Load(directory);
        var cat = Enumerable.Range(0, Attempts).Min(_ => Cat(files));
        var cpu = Environment.CpuUsage.TotalTime;
        var load = Enumerable.Range(0, Attempts).Min(_ => Load(directory));
        var cpuOfLoad = (Environment.CpuUsage.TotalTime - cpu).TotalSeconds / Attempts;
        Print($"{name}: {bytes / 1e9:F2} GB; cat {cat:F3} s ({bytes / cat / 1e9:F1} GB/s)");
        Print($"{name}: load {load:F3} s ({bytes / load / 1e9:F1} GB/s), {cpuOfLoad:F3} s of processor time; ratio {load / cat:F1}");
    }

    private static double Cat(FileInfo[] files)
    {
        var start = Stopwatch.GetTimestamp();
        var command = new ProcessStartInfo("/bin/sh", ["-c", "cat \"$@\" > /dev/null", "cat", .. files.Select(file => file.FullName)]);
        using var process = Process.Start(command)!;
        process.WaitForExit();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
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
