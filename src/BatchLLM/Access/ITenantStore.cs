namespace BatchLLM.Access;

/// <summary>The tenants: those that have a limit, a key or a job.</summary>
public interface ITenantStore
{
    /// <summary>All of them, by name.</summary>
    Task<IReadOnlyList<Tenant>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Bounds the shards that workers may hold of a tenant's jobs at once, from the next lease on.</summary>
    /// <param name="tenant">Its name; it need not have anything yet.</param>
    /// <param name="mostLeasedShards">At least 1; null for any number.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    Task LimitAsync(string tenant, int? mostLeasedShards, CancellationToken cancellationToken);
}
