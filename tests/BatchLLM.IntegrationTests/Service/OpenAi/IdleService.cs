using BatchLLM.IntegrationTests.Postgres;
using Xunit;

namespace BatchLLM.IntegrationTests.Service.OpenAi;

/// <summary>A service without a worker, for the tests of a class.</summary>
public sealed class IdleService(TestCluster cluster) : IAsyncLifetime
{
    private ServiceHost? _service;

    internal ServiceHost Service => _service!;

    public async ValueTask InitializeAsync() => _service = await ServiceHost.StartAsync(cluster);

    public ValueTask DisposeAsync() => Service.DisposeAsync();
}
