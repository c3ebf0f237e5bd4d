using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;
using Azure.Storage.Blobs;
using BatchLLM.Blobs.Azure;
using BatchLLM.IntegrationTests.Blobs.Azure;
using BatchLLM.IntegrationTests.Cli;
using Xunit;

[assembly: AssemblyFixture(typeof(AzuriteServer))]

namespace BatchLLM.IntegrationTests.Blobs.Azure;

/// <summary>One blob server for all tests, in memory, on a port of its own choice; started by the first that needs it.</summary>
public sealed partial class AzuriteServer : IAsyncDisposable
{
    /// <summary>The account and key that every emulator of the service has; both are published.</summary>
    internal const string Account = "devstoreaccount1";

    private const string Key =
        "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private readonly ConcurrentQueue<string> _said = new();
    private readonly Lazy<Task<Uri>> _address;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("batchllm-azurite-");
    private Process? _process;

    public AzuriteServer() => _address = new(StartAsync);

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
    internal Task<Uri> AddressAsync() => _address.Value;

    /// <summary>A new, empty container, and its name.</summary>
    internal async Task<string> CreateContainerAsync()
    {
        var name = $"test-{Guid.NewGuid():n}";
        await new BlobServiceClient(await ConnectionStringAsync()).CreateBlobContainerAsync(name);
        return name;
    }

    internal async Task<string> ConnectionStringAsync() => ConnectionString(await AddressAsync());

    /// <summary>Leads to the server, or to what stands before it.</summary>
    internal static string ConnectionString(Uri address) =>
        $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};BlobEndpoint={address}{Account};";

    /// <summary>A store whose only configured account is this one.</summary>
    internal static AzureBlobStore StoreOf(string connectionString, AzurePatience patience) => new(new AzureAccounts(
        name => name == AzureVariables.ConnectionString(Account) ? connectionString : null, patience));

    private async Task<Uri> StartAsync()
    {
        var main = Path.Combine(
            Checkout.Root, "tests", "azurite", "node_modules", "azurite", "dist", "src", "blob", "main.js");
        Assert.True(File.Exists(main), $"There is no {main}; run tests/azurite/install.sh.");
        var ready = new TaskCompletionSource<Uri>();
        _process = new Process
        {
            StartInfo = new ProcessStartInfo(
                "node", [main, "--blobHost", "127.0.0.1", "--blobPort", "0", "--inMemoryPersistence", "--skipApiVersionCheck"])
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
                $"Azurite ended: {string.Join('\n', _said)}")), TaskScheduler.Default);
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
