using System.Diagnostics;
using System.Text.Json;

namespace BatchLLM.Benchmarks;

/// <summary>A command that has run: the JSON object it printed, and what it took.</summary>
/// <param name="Output">Its standard output; undefined if it was killed before it wrote any.</param>
/// <param name="Seconds">From its start to its end.</param>
/// <param name="ProcessorSeconds">Of all its threads.</param>
/// <param name="PeakBytes">Most memory resident at a time.</param>
internal sealed record MeasuredProcess(
    JsonElement Output, double Seconds, double ProcessorSeconds, long PeakBytes)
{
    private const int SampleMilliseconds = 10;

    /// <summary>Runs a command.</summary>
    /// <param name="executable">What to run.</param>
    /// <param name="environment">Variables to add.</param>
    /// <param name="arguments">Its arguments.</param>
    public static MeasuredProcess Run(string executable, Dictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(executable, arguments) { RedirectStandardOutput = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var clock = Stopwatch.GetTimestamp();
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var (peak, processor) = (0L, 0.0);
        while (!process.WaitForExit(SampleMilliseconds))
        {
            var (resident, used) = Sample(process) ?? (peak, processor);
            (peak, processor) = (Math.Max(peak, resident), used);
        }

        var seconds = Stopwatch.GetElapsedTime(clock).TotalSeconds;
        var json = output.Result.Length == 0 ? default : JsonDocument.Parse(output.Result).RootElement;
        return new MeasuredProcess(json, seconds, processor, peak);
    }

    private static (long Resident, double Processor)? Sample(Process process)
    {
        try
        {
            process.Refresh();
            return (process.WorkingSet64, process.TotalProcessorTime.TotalSeconds);
        }
        catch (InvalidOperationException)
        {
            return null; // it has just ended; the sample before stands
        }
    }
}
