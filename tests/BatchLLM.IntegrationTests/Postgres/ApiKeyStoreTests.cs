using BatchLLM.Access;
using BatchLLM.Postgres.Access;
using BatchLLM.Postgres.Database;
using Xunit;

namespace BatchLLM.IntegrationTests.Postgres;

public sealed class ApiKeyStoreTests(TestCluster cluster) : IAsyncLifetime
{
    private static readonly NewApiKey Wanted = new("search", AccessRole.Submit, "nightly", TimeSpan.FromDays(30));

    private PostgresDatabase? _database;

    private PostgresApiKeyStore Store => new(_database!);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _database = await PostgresDatabase.OpenAsync(
        await cluster.CreateDatabaseAsync(), new RetryPolicy(), TimeProvider.System, null, Token);

    public ValueTask DisposeAsync() => _database!.DisposeAsync();

    [Fact]
    public async Task A_key_is_found_by_its_digest_alone()
    {
        var made = await Store.CreateAsync(Wanted, Digest('a'), Token);

        var used = await Store.UseAsync(Digest('a'), Token);

        Assert.Equal(("search", AccessRole.Submit, "nightly", true), (made.Tenant, made.Role, made.Name, made.IsUsable));
        Assert.Equal(TimeSpan.FromDays(30), made.ExpiresAt - made.CreatedAt);
        Assert.Equal(made, used);
        Assert.Null(await Store.UseAsync(Digest('b'), Token));
        Assert.NotNull((await Store.ListAsync(Token)).Single().LastUsedAt);
    }

    [Fact]
    public async Task The_same_key_again_is_the_same_row()
    {
        var made = await Store.CreateAsync(Wanted, Digest('a'), Token);

        Assert.Equal(made, await Store.CreateAsync(Wanted, Digest('a'), Token));
    }

    [Fact]
    public async Task A_revoked_key_does_not_work_and_is_still_listed()
    {
        var made = await Store.CreateAsync(Wanted with { Lifetime = null }, Digest('a'), Token);

        Assert.True(await Store.RevokeAsync(made.Id, Token));
        var first = (await Store.ListAsync(Token)).Single();
        Assert.True(await Store.RevokeAsync(made.Id, Token));

        Assert.Null(await Store.UseAsync(Digest('a'), Token));
        Assert.Null(made.ExpiresAt);
        Assert.False(first.IsUsable);
        Assert.Equal(first, (await Store.ListAsync(Token)).Single());
        Assert.False(await Store.RevokeAsync(12_345, Token));
    }

    [Fact]
    public async Task An_expired_key_does_not_work()
    {
        await Store.CreateAsync(Wanted with { Lifetime = TimeSpan.FromMicroseconds(1) }, Digest('a'), Token);

        Assert.Null(await Store.UseAsync(Digest('a'), Token));
        Assert.False((await Store.ListAsync(Token)).Single().IsUsable);
    }

    private static string Digest(char digit) => new(digit, 64);
}
