using BatchLLM.Access;
using BatchLLM.Jobs;
using BatchLLM.Postgres.Access;
using BatchLLM.Postgres.Database;
using Xunit;

namespace BatchLLM.IntegrationTests.Postgres;

public sealed class TenantStoreTests(TestCluster cluster) : IAsyncLifetime
{
    private QueueBench? _bench;
    private PostgresDatabase? _database;

    private QueueBench Bench => _bench!;

    private PostgresTenantStore Tenants => new(_database!);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _bench = await QueueBench.OpenAsync(cluster);
        _database = await PostgresDatabase.OpenAsync(DatabaseAddress.Parse(_bench.Address), new RetryPolicy(), TimeProvider.System, null, Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _database!.DisposeAsync();
        await Bench.DisposeAsync();
    }

    [Fact]
    public async Task Who_has_a_job_a_key_or_a_limit_is_a_tenant()
    {
        Assert.Empty(await Tenants.ListAsync(Token));
        await Bench.Queue.SubmitAsync(QueueBench.Submission("one", "with-job"), Token);
        await new PostgresApiKeyStore(_database!).CreateAsync(
            new NewApiKey("with-key", AccessRole.Read, "", null), AccessToken.DigestOf(AccessToken.Create())!, Token);
        await Tenants.LimitAsync("with-limit", 3, Token);

        Assert.Equal(
            [new Tenant("with-job", null, 0, 1, 0, 0), new Tenant("with-key", null, 0, 0, 0, 0), new Tenant("with-limit", 3, 0, 0, 0, 0)],
            await Tenants.ListAsync(Token));
    }

    [Fact]
    public async Task A_limit_holds_from_the_next_lease_on_until_it_is_lifted()
    {
        var job = await Bench.Store.CreateAsync("k", 9); // of the default tenant
        await Tenants.LimitAsync(JobSubmission.DefaultTenant, 2, Token);
        Assert.Equal(2, (await Bench.Store.LeaseAsync(job, 9)).Count);
        Assert.Equal([new Tenant("default", 2, 2, 0, 1, 0)], await Tenants.ListAsync(Token));

        await Tenants.LimitAsync(JobSubmission.DefaultTenant, null, Token);

        Assert.Equal(7, (await Bench.Store.LeaseAsync(job, 9)).Count);
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("Über", 1)]
    [InlineData("' or true --", 1)]
    [InlineData("a", 0)]
    [InlineData("a", -1)]
    public async Task What_is_no_tenant_and_no_limit_is_refused(string tenant, int limit) =>
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Tenants.LimitAsync(tenant, limit, Token));
}
