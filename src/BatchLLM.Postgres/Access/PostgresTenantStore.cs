using BatchLLM.Access;
using BatchLLM.Jobs;
using BatchLLM.Postgres.Database;

namespace BatchLLM.Postgres.Access;

/// <summary>Tenants and their limits in PostgreSQL.</summary>
public sealed class PostgresTenantStore(PostgresDatabase database) : ITenantStore
{
    /// <inheritdoc />
    public Task<IReadOnlyList<Tenant>> ListAsync(CancellationToken cancellationToken) =>
        database.RunAsync(session => session.QueryAsync<Tenant>("Access/list_tenants.sql", new { }), cancellationToken);

    /// <inheritdoc />
    /// <exception cref="ArgumentException">The tenant's name is none, or the limit is below 1.</exception>
    public Task LimitAsync(string tenant, int? mostLeasedShards, CancellationToken cancellationToken)
    {
        if (!JobSubmission.IsTenant(tenant))
        {
            throw new ArgumentException($"'{tenant}' is no tenant's name; expected 1 to 64 characters of a-z, 0-9, dot, dash and underscore.", nameof(tenant));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(mostLeasedShards ?? 1, 1, nameof(mostLeasedShards));
        return database.RunAsync(
            session => session.ExecuteAsync("Access/limit_tenant.sql", new { Tenant = tenant, MostLeasedShards = mostLeasedShards }), cancellationToken);
    }
}
