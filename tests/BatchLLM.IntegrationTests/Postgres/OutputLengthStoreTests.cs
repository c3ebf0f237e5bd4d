using BatchLLM.Postgres.Database;
using BatchLLM.Postgres.OutputLengths;
using Xunit;

namespace BatchLLM.IntegrationTests.Postgres;

public sealed class OutputLengthStoreTests(TestCluster cluster)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_series_has_its_last_profile_and_none_before()
    {
        await using var database = await PostgresDatabase.OpenAsync(
            await cluster.CreateDatabaseAsync(), new RetryPolicy(), TimeProvider.System, null, Token);
        var store = new PostgresOutputLengthStore(database);

        Assert.Null(await store.FindAsync("a", Token));
        await store.SaveAsync("a", """{"rows": 1}""", Token);
        await store.SaveAsync("b", """{"rows": 2}""", Token);
        await store.SaveAsync("a", """{"rows": 3}""", Token);

        Assert.Equal("""{"rows": 3}""", await store.FindAsync("a", Token));
        Assert.Equal("""{"rows": 2}""", await store.FindAsync("b", Token));
    }
}
