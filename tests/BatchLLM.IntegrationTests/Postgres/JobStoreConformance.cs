using BatchLLM.Jobs;
using Xunit;

namespace BatchLLM.IntegrationTests.Postgres;

/// <summary>What <see cref="IJobStore"/> documents, for any implementation: an empty one per test.</summary>
public abstract partial class JobStoreConformance : IAsyncLifetime
{
    private IJobStore? _store;

    private protected IJobStore Store => _store ?? throw new InvalidOperationException("Not started.");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _store = await OpenEmptyAsync();

    public abstract ValueTask DisposeAsync();

    /// <summary>A store without jobs.</summary>
    protected abstract Task<IJobStore> OpenEmptyAsync();

    /// <summary>Lets all leases of the store run out, as if their time had passed.</summary>
    protected abstract Task LetLeasesRunOutAsync();
}
