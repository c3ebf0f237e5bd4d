using System.Net;
using System.Threading.RateLimiting;

namespace BatchLLM.Host.Service.Access;

/// <summary>
/// Keeps an address that sends wrong keys from asking the database again and again. Keys cannot be guessed; this is about the
/// load, so whoever used one that works lately is let in all the same.
/// </summary>
internal sealed class FailedAttempts : IDisposable
{
    private static readonly TokenBucketRateLimiterOptions Allowance = new()
    {
        TokenLimit = 20,
        TokensPerPeriod = 1,
        ReplenishmentPeriod = TimeSpan.FromSeconds(1),
        AutoReplenishment = true,
        QueueLimit = 0,
    };

    private readonly PartitionedRateLimiter<string> _byAddress = PartitionedRateLimiter.Create<string, string>(
        address => RateLimitPartition.GetTokenBucketLimiter(address, _ => Allowance));

    /// <summary>Counts a wrong key; false if there were too many lately.</summary>
    public bool Count(IPAddress? address)
    {
        using var lease = _byAddress.AttemptAcquire(address?.ToString() ?? "");
        return lease.IsAcquired;
    }

    /// <summary>True if another wrong key would be one too many.</summary>
    public bool AreTooMany(IPAddress? address) =>
        _byAddress.GetStatistics(address?.ToString() ?? "") is { CurrentAvailablePermits: 0 };

    public void Dispose() => _byAddress.Dispose();
}
