using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace BatchLLM.IntegrationTests.Blobs;

/// <summary>A blob server on a port of its own choice, with a folder of its own; started by the first test that needs it.</summary>
internal sealed partial class ServerProcess : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _said = new();
    private readonly Lazy<Task<Uri>> _address;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("batchllm-blobs-");
    private readonly string _program;
    private readonly string _installed;
    private readonly Func<string, string[]> _arguments;
    private Process? _process;

    /// <param name="program">What runs it.</param>
    /// <param name="script">What is run; it says where it listens.</param>
    /// <param name="installed">What to do if there is no such script or program.</param>
    /// <param name="arguments">Arguments, given its folder.</param>
    public ServerProcess(string program, string script, string installed, Func<string, string[]> arguments)
    {
        (_program, _installed) = (program, installed);
        _arguments = folder => [script, .. arguments(folder)];
        _address = new(StartAsync);
    }

    public ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
            _process.Dispose();
        }

        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>Where it listens.</summary>
    public Task<Uri> AddressAsync() => _address.Value;

    private async Task<Uri> StartAsync()
    {
        var ready = new TaskCompletionSource<Uri>();
        _process = new Process
        {
            StartInfo = new ProcessStartInfo(_program, _arguments(_folder.FullName))
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                WorkingDirectory = _folder.FullName,
            },
        };
        _process.OutputDataReceived += (_, line) => Hear(line.Data, ready);
        _process.ErrorDataReceived += (_, line) => Hear(line.Data, ready);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        _ = _process.WaitForExitAsync().ContinueWith(
            _ => ready.TrySetException(new InvalidOperationException(
                $"The server ended; {_installed}: {string.Join('\n', _said)}")), TaskScheduler.Default);
        return await ready.Task;
    }

    private void Hear(string? line, TaskCompletionSource<Uri> ready)
    {
        if (line is null || ready.Task.IsCompleted)
        {
            return;
        }

        _said.Enqueue(line);
        if (ListeningPattern().Match(line) is { Success: true } match)
        {
            ready.TrySetResult(new Uri(match.Value));
        }
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:[1-9]\d*")]
    private static partial Regex ListeningPattern();
}
