using BatchLLM.Jobs;

namespace BatchLLM.Webhooks;

/// <summary>That a job stopped, on its way to a receiver.</summary>
/// <param name="Id">The same at each attempt: a receiver that has seen it may pass over it.</param>
/// <param name="WebhookId">Which webhook.</param>
/// <param name="Url">Where it goes.</param>
/// <param name="Secret">Signs it. Never shown, never logged.</param>
/// <param name="JobId">The job.</param>
/// <param name="State">What it became.</param>
/// <param name="Reason">Why it is paused, cancelled or failed.</param>
/// <param name="StoppedAt">When it did.</param>
/// <param name="Attempts">How often it was sent, this time included.</param>
public sealed record WebhookMessage(
    Guid Id, long WebhookId, string Url, byte[] Secret, long JobId, JobState State, string? Reason, DateTimeOffset StoppedAt, int Attempts);
