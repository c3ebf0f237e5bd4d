using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace BatchLLM.IntegrationTests.Service;

/// <summary>A running <c>batchllm serve</c>.</summary>
internal sealed class ServeProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task<string> _error;

    private ServeProcess(Process process, Task<string> error, Uri address) =>
        (_process, _error, Client) = (process, error, new HttpClient { BaseAddress = address });

    /// <summary>A client of it.</summary>
    public HttpClient Client { get; }

    /// <summary>Waits until a process that was started with --json says where it listens.</summary>
    public static async Task<ServeProcess> StartAsync(Process process)
    {
        var error = process.StandardError.ReadToEndAsync();
        var said = new StringBuilder();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            said.Append(line);
            if (line == "}" && JsonDocument.Parse(said.ToString()).RootElement.TryGetProperty("url", out var url))
            {
                return new ServeProcess(process, error, new Uri(url.GetString()!));
            }
        }

        throw new InvalidOperationException($"It ended instead of listening: {said} {await error}");
    }

    /// <summary>Hands a job file in.</summary>
    public Task<HttpResponseMessage> PostAsync(string job) =>
        Client.PostAsync("/api/jobs", new StringContent(job, Encoding.UTF8, "application/json"));

    /// <summary>Ends it by SIGTERM; its exit code.</summary>
    public async Task<int> EndAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (!_process.HasExited)
        {
            await EndAsync();
        }

        await _error;
        _process.Dispose();
    }
}
