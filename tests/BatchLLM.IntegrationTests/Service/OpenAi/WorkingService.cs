using BatchLLM.Host.Work;
using BatchLLM.IntegrationTests.Postgres;
using Xunit;

namespace BatchLLM.IntegrationTests.Service.OpenAi;

/// <summary>A service with a worker beside it, as <c>serve</c> has, and the demo's model.</summary>
public sealed class WorkingService(TestCluster cluster) : IAsyncLifetime
{
    private readonly CancellationTokenSource _drain = new();
    private ServiceHost? _service;
    private Task _worker = Task.CompletedTask;

    /// <summary>The name of the demo's model there.</summary>
    public const string Model = "model";

    internal ServiceHost Service => _service!;

    /// <summary>Where it listens.</summary>
    public string Url => Service.Client.BaseAddress!.ToString().TrimEnd('/');

    public async ValueTask InitializeAsync()
    {
        _service = await ServiceHost.StartAsync(cluster);
        _worker = Task.Run(() => new WorkerLoop(Service.State, [], TextWriter.Null).RunAsync(_drain.Token, CancellationToken.None));
    }

    public async ValueTask DisposeAsync()
    {
        await _drain.CancelAsync();
        await _worker;
        await Service.DisposeAsync();
        _drain.Dispose();
    }
}
