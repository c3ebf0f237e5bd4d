using BatchLLM.IntegrationTests.Postgres;
using Xunit;

namespace BatchLLM.IntegrationTests.Service;

/// <summary>Tests that each have a service of their own.</summary>
public abstract class ServiceTests(TestCluster cluster) : IAsyncLifetime
{
    private ServiceHost? _service;

    internal ServiceHost Service => _service!;

    internal HttpClient Client => Service.Client;

    public async ValueTask InitializeAsync() => _service = await ServiceHost.StartAsync(cluster);

    public async ValueTask DisposeAsync()
    {
        await Service.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
