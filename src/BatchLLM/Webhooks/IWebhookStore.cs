namespace BatchLLM.Webhooks;

/// <summary>Webhooks, and the messages that the store itself makes for them when a job stops. All times are the store's clock.</summary>
public interface IWebhookStore
{
    /// <summary>Adds one; jobs that stop from now on are told to it.</summary>
    Task<Webhook> AddAsync(string tenant, string url, byte[] secret, CancellationToken cancellationToken);

    /// <summary>All, by number; removed ones too.</summary>
    Task<IReadOnlyList<Webhook>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Stops using one; what is on the way to it is given up. False if there is none, or it is removed already.</summary>
    Task<bool> RemoveAsync(long id, CancellationToken cancellationToken);

    /// <summary>
    /// Messages that are to be sent now, the oldest first. Nobody else gets them for a while; whoever dies meanwhile has sent
    /// them to nobody or to somebody who will hear of them again.
    /// </summary>
    /// <param name="most">How many.</param>
    /// <param name="duration">How long nobody else gets them.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    Task<IReadOnlyList<WebhookMessage>> TakeAsync(int most, TimeSpan duration, CancellationToken cancellationToken);

    /// <summary>Keeps what came of a message.</summary>
    /// <param name="id">The message.</param>
    /// <param name="status">Of the answer; null if there was none.</param>
    /// <param name="again">When to send it again; null if that is over: it was delivered (status 200 to 299) or is given up.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    Task SettleAsync(Guid id, int? status, TimeSpan? again, CancellationToken cancellationToken);
}
