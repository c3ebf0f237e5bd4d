namespace BatchLLM.Webhooks;

/// <summary>Where a tenant wants to hear that a job of it stopped.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Tenant">Whose jobs it is about.</param>
/// <param name="Url">Where messages go.</param>
/// <param name="CreatedAt">When it was added.</param>
/// <param name="RemovedAt">When it was removed, by hand or by its receiver's answer; null while it is used.</param>
/// <param name="Waiting">Messages that are not delivered yet and not given up.</param>
/// <param name="LastStatus">The status of the last answer; null if there was none.</param>
public sealed record Webhook(
    long Id, string Tenant, string Url, DateTimeOffset CreatedAt, DateTimeOffset? RemovedAt, long Waiting, int? LastStatus);
