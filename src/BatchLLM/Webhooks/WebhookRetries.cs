namespace BatchLLM.Webhooks;

/// <summary>When a message that was not taken is sent again: the schedule that Standard Webhooks recommends, three days in all.</summary>
public static class WebhookRetries
{
    private const int Gone = 410;

    private static readonly TimeSpan[] Waits =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5),
        TimeSpan.FromHours(10), TimeSpan.FromHours(14), TimeSpan.FromHours(20), TimeSpan.FromHours(24),
    ];

    /// <summary>How long to wait before the next attempt; null if there is none.</summary>
    /// <param name="status">Of the answer; null if there was none.</param>
    /// <param name="attempts">How often it was sent.</param>
    public static TimeSpan? Next(int? status, int attempts) =>
        IsTaken(status) || IsGone(status) || attempts > Waits.Length ? null : Waits[Math.Max(attempts, 1) - 1];

    /// <summary>True if the receiver took the message.</summary>
    public static bool IsTaken(int? status) => status is >= 200 and <= 299;

    /// <summary>True if the receiver wants no more messages at all.</summary>
    public static bool IsGone(int? status) => status == Gone;
}
