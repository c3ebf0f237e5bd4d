using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace BatchLLM.Benchmarks;

/// <summary>A process that is told by one JSON object a line what to do, and answers with another.</summary>
internal sealed class ReadingPeer : IDisposable
{
    private readonly Process _process;

    /// <param name="executable">What to run.</param>
    /// <param name="environment">Variables to add.</param>
    /// <param name="arguments">Its arguments.</param>
    public ReadingPeer(string executable, Dictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(executable, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start)!;
    }

    /// <summary>Most memory resident at a time, as the system counts it (<c>VmHWM</c> of proc(5)).</summary>
    public long PeakBytes => 1024 * File.ReadLines($"/proc/{_process.Id}/status")
        .Where(line => line.StartsWith("VmHWM:", StringComparison.Ordinal))
        .Select(line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture))
        .Single();

    /// <summary>Waits for the answer to a request.</summary>
    public JsonElement Ask(object request)
    {
        _process.StandardInput.WriteLine(JsonSerializer.Serialize(request));
        _process.StandardInput.Flush();
        var answer = _process.StandardOutput.ReadLine();
        return answer is null
            ? throw new BatchLLMException("The reader ended. If it is DuckDB, run tests/peers/install.sh first.")
            : JsonDocument.Parse(answer).RootElement;
    }

    /// <summary>Ends it: nothing more comes.</summary>
    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }
}
