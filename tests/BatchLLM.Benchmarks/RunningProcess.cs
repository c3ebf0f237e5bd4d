using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace BatchLLM.Benchmarks;

/// <summary>A command that runs until it is told to end.</summary>
internal sealed class RunningProcess : IAsyncDisposable
{
    private readonly Process _process;
    private Task _rest = Task.CompletedTask;

    /// <summary>Starts it.</summary>
    /// <param name="executable">What to run.</param>
    /// <param name="environment">Variables to add.</param>
    /// <param name="arguments">Its arguments.</param>
    public RunningProcess(string executable, Dictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(executable, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start)!;
        _process.BeginErrorReadLine();
    }

    /// <summary>The first JSON object that it prints.</summary>
    public JsonElement ReadObject()
    {
        var text = new StringBuilder();
        while (_process.StandardOutput.ReadLine() is { } line)
        {
            text.Append(line);
            if (line == "}")
            {
                return JsonDocument.Parse(text.ToString()).RootElement;
            }
        }

        throw new InvalidOperationException($"It ended without a JSON object: {text}");
    }

    /// <summary>Waits for the first line that it prints. What it prints afterwards is read too, lest it wait for a reader.</summary>
    public async Task<string> ReadLineAsync()
    {
        var line = await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("It ended without a line.");
        _rest = _process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
        return line;
    }

    /// <summary>What it has computed so far, all its threads together.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Tells it to end, and waits.</summary>
    public async ValueTask DisposeAsync()
    {
        using (var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync();
        }

        await _process.WaitForExitAsync();
        await _rest;
        _process.Dispose();
    }
}
