using BatchLLM.Jobs;
using BatchLLM.Postgres.Database;
using BatchLLM.Webhooks;

namespace BatchLLM.Postgres.Webhooks;

/// <summary>Webhooks in PostgreSQL, where a trigger makes their messages.</summary>
public sealed class PostgresWebhookStore(PostgresDatabase database) : IWebhookStore
{
    /// <inheritdoc />
    public Task<Webhook> AddAsync(string tenant, string url, byte[] secret, CancellationToken cancellationToken) => database.RunAsync(
        async session => (await session.FindAsync<WebhookRow>(
            "Webhooks/add_webhook.sql", new { Tenant = tenant, Url = url, Secret = secret }))!.ToWebhook(),
        cancellationToken);

    /// <inheritdoc />
    public Task<IReadOnlyList<Webhook>> ListAsync(CancellationToken cancellationToken) => database.RunAsync(
        async session => (IReadOnlyList<Webhook>)
            [.. (await session.QueryAsync<WebhookRow>("Webhooks/list_webhooks.sql", new { })).Select(row => row.ToWebhook())],
        cancellationToken);

    /// <inheritdoc />
    public Task<bool> RemoveAsync(long id, CancellationToken cancellationToken) => database.RunAsync(
        async session =>
        {
            await session.ExecuteAsync("Webhooks/drop_messages.sql", new { Id = id });
            return await session.ExecuteAsync("Webhooks/remove_webhook.sql", new { Id = id }) == 1;
        },
        cancellationToken);

    /// <inheritdoc />
    public Task<IReadOnlyList<WebhookMessage>> TakeAsync(int most, TimeSpan duration, CancellationToken cancellationToken) => database.RunAsync(
        async session => (IReadOnlyList<WebhookMessage>)[..
            (await session.QueryAsync<MessageRow>("Webhooks/take_messages.sql", new { Most = most, Seconds = duration.TotalSeconds }))
            .Select(row => row.ToMessage()).OrderBy(message => message.StoppedAt)],
        cancellationToken);

    /// <inheritdoc />
    public Task SettleAsync(Guid id, int? status, TimeSpan? again, CancellationToken cancellationToken) => database.RunAsync(
        session => session.ExecuteAsync("Webhooks/settle_message.sql", new
        {
            Id = id,
            Status = status,
            IsTaken = WebhookRetries.IsTaken(status),
            Seconds = again?.TotalSeconds,
        }),
        cancellationToken);

    private sealed record WebhookRow(
        long Id, string Tenant, string Url, DateTime CreatedAt, DateTime? RemovedAt, long Waiting, int? LastStatus)
    {
        internal Webhook ToWebhook() => new(Id, Tenant, Url, CreatedAt, RemovedAt, Waiting, LastStatus);
    }

    private sealed record MessageRow(
        Guid Id, long WebhookId, string Url, byte[] Secret, long JobId, string State, string? Reason, DateTime StoppedAt, int Attempts)
    {
        internal WebhookMessage ToMessage() => new(
            Id, WebhookId, Url, Secret, JobId, Enum.Parse<JobState>(State, ignoreCase: true), Reason, StoppedAt, Attempts);
    }
}
